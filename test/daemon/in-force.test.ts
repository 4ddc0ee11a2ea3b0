import { beforeEach, expect, it } from 'vitest';
import { openInForce } from '../../src/daemon/in-force.ts';
import { makeConfig } from '../support/make-config.ts';
import { makeTarget } from '../support/make-observed.ts';

const old = makeConfig([]);
const fresh = makeConfig([makeTarget()]);

/** What happened, in order; configurations by their number of certificates. */
let told: string[];
let inForce: ReturnType<typeof openInForce<string>>;

beforeEach(() => {
  told = [];
  inForce = openInForce(old, config => {
    const parts = `parts of ${config.certificates.length}`;
    told.push(`built ${parts}`);
    return { config, parts, close: () => void told.push(`closed ${parts}`) };
  });
});

/** A job that says with what it runs, and ends when it is let go. */
function job() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const ended = inForce.use(({ parts }) => {
    told.push(`runs with ${parts}`);
    return promise;
  });
  return { ended, letGo: () => resolve('done'), fail: () => reject(new Error('failed')) };
}

it('runs each job with what is in force when it begins, and closes the old parts after their last job', async () => {
  const [first, second] = [job(), job()];
  inForce.replace(fresh, () => told.push('idle'));
  expect(inForce.config()).toBe(fresh);
  const third = job();
  first.letGo();
  expect(await first.ended).toBe('done');
  expect(told).toEqual([
    'built parts of 0',
    'runs with parts of 0',
    'runs with parts of 0',
    'built parts of 1',
    'runs with parts of 1',
  ]);
  second.fail();
  await expect(second.ended).rejects.toThrow('failed');
  expect(told.slice(5)).toEqual(['closed parts of 0', 'idle']);
  third.letGo();
  await third.ended;
  expect(told.slice(7)).toEqual([]);
});

it('closes old parts at once where nobody uses them', () => {
  inForce.replace(fresh, () => told.push('idle'));
  expect(told).toEqual(['built parts of 0', 'built parts of 1', 'closed parts of 0']);
});

it('ends when every job has, and closes what is in force', async () => {
  const [before, after] = [job(), job()];
  inForce.replace(fresh, () => told.push('idle'));
  told = [];
  const ended = inForce.end().then(() => told.push('ended'));
  before.letGo();
  await before.ended;
  expect(told).toEqual([]);
  after.fail();
  await expect(after.ended).rejects.toThrow('failed');
  await ended;
  expect(told).toEqual(['closed parts of 0', 'idle', 'closed parts of 1', 'ended']);
});
