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

it('begins nothing once it is closed, not even what waits, and is closed when the job under way has ended', async () => {
  const told: string[] = [];
  const queue = jobQueue();
  const [a, b] = [job('a', told), job('b', told)];
  const first = queue.run(a.run);
  const waiting = expect(queue.run(b.run)).rejects.toMatchObject({ code: 'stopped' });
  await settled();
  const closed = queue.close().then(() => told.push('closed'));
  const late = expect(queue.run(b.run)).rejects.toMatchObject({ code: 'stopped' });
  await settled();
  expect(told).toEqual(['a begins']);
  a.resolve('');
  await Promise.all([first, waiting, late, closed]);
  expect(told).toEqual(['a begins', 'a ends', 'closed']);
  await expect(queue.run(b.run)).rejects.toMatchObject({ code: 'stopped' });
});

it('is closed at once where nothing was ever queued', async () => {
  await expect(jobQueue().close()).resolves.toBeUndefined();
});

it('is closed also where the job under way fails', async () => {
  const queue = jobQueue();
  const a = job('a', []);
  const failing = expect(queue.run(a.run)).rejects.toThrow('broken');
  await settled();
  const closed = queue.close();
  a.reject(new Error('broken'));
  await closed;
  await failing;
});
