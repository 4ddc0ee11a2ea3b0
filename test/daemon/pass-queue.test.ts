import { expect, it } from 'vitest';
import { jobQueue } from '../../src/daemon/pass-queue.ts';

/** A job that says when it begins and ends when it is told to. */
function job(name: string, told: string[]) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const run = async () => {
    told.push(`${name} begins`);
    const result = await promise;
    told.push(`${name} ends`);
    return result;
  };
  return { run, resolve, reject };
}

/** Everything that can happen without a job's end has happened. */
const settled = () => new Promise(setImmediate);

it('runs one job after the other, in the order of asking, and gives each its own result', async () => {
  const told: string[] = [];
  const queue = jobQueue();
  const [a, b] = [job('a', told), job('b', told)];
  const results = Promise.all([queue.run(a.run), queue.run(b.run)]);
  b.resolve('second');
  await settled();
  expect(told).toEqual(['a begins']);
  a.resolve('first');
  expect(await results).toEqual(['first', 'second']);
  expect(told).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

it('a job never begins within the call that asks for it', async () => {
  const told: string[] = [];
  const done = jobQueue().run(() => told.push('begins'));
  expect(told).toEqual([]);
  await done;
  expect(told).toEqual(['begins']);
});

it.each([
  ['rejects', () => Promise.reject(new Error('broken'))],
  [
    'throws',
    () => {
      throw new Error('broken');
    },
  ],
])('a job that %s fails its asker alone: the next one runs', async (_how, broken: () => Promise<never>) => {
  const queue = jobQueue();
  const first = queue.run(broken);
  const second = queue.run(() => 'fine');
  await expect(first).rejects.toThrow('broken');
  expect(await second).toBe('fine');
});

it('is drained when what was queued has ended, however it ended', async () => {
  const told: string[] = [];
  const queue = jobQueue();
  const [a, b] = [job('a', told), job('b', told)];
  const failing = expect(queue.run(b.run)).rejects.toThrow('broken');
  const last = queue.run(a.run);
  const drained = queue.drained().then(() => told.push('drained'));
  b.reject(new Error('broken'));
  await settled();
  expect(told).toEqual(['b begins', 'a begins']);
  a.resolve('');
  await Promise.all([failing, last, drained]);
  expect(told).toEqual(['b begins', 'a begins', 'a ends', 'drained']);
});

it('is drained at once where nothing was ever queued', async () => {
  await expect(jobQueue().drained()).resolves.toBeUndefined();
});

it('is drained also where the last job failed', async () => {
  const queue = jobQueue();
  const failing = expect(queue.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await queue.drained();
  await failing;
});
