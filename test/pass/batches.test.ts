import { expect, it } from 'vitest';
import type { Target } from '../../src/core/model.ts';
import { openBatches } from '../../src/pass/batches.ts';
import { makeTarget } from '../support/make-observed.ts';

const named = (name: string) => makeTarget({ name });

/** Batches of a pass over `size` certificates, with a timer that rings when the test says so. */
function batchesOf(size: number, deploy?: (targets: readonly Target[]) => Promise<never>) {
  const deployed: string[][] = [];
  const timers: { ms: number; ring: () => void; takenBack: boolean }[] = [];
  const batches = openBatches(size, {
    deploy:
      deploy ??
      (async targets => {
        deployed.push(targets.map(({ name }) => name));
        return targets.map(({ name }) => ({
          name,
          id: '0001-aabbccdd',
          error: null,
          backTo: null,
          goesOn: false,
        }));
      }),
    timer: (ms, ring) => {
      const timer = { ms, ring, takenBack: false };
      timers.push(timer);
      return () => {
        timer.takenBack = true;
      };
    },
  });
  return { batches, deployed, timers };
}

it('waits for every certificate of the pass, and deploys those together that are owed', async () => {
  const { batches, deployed, timers } = batchesOf(3);
  const joined = [batches.join(named('a')), batches.join(named('b'))];
  expect(deployed).toEqual([]);
  batches.pass();
  expect(await Promise.all(joined)).toEqual([
    { name: 'a', id: '0001-aabbccdd', error: null, backTo: null, goesOn: false },
    { name: 'b', id: '0001-aabbccdd', error: null, backTo: null, goesOn: false },
  ]);
  expect(deployed).toEqual([['a', 'b']]);
  expect(timers).toMatchObject([{ ms: 5000, takenBack: true }]);
});

it('deploys what is there after five seconds, and the rest later', async () => {
  const { batches, deployed, timers } = batchesOf(4);
  const first = [batches.join(named('a')), batches.join(named('b'))];
  timers[0]?.ring();
  await Promise.all(first);
  expect(deployed).toEqual([['a', 'b']]);
  const later = batches.join(named('c'));
  expect(timers).toHaveLength(2);
  batches.pass();
  await later;
  expect(deployed).toEqual([['a', 'b'], ['c']]);
});

it('deploys nothing where nothing is owed', () => {
  const { batches, deployed, timers } = batchesOf(2);
  batches.pass();
  batches.pass();
  expect({ deployed, timers }).toEqual({ deployed: [], timers: [] });
});

it('tells everybody in a batch what was thrown', async () => {
  const { batches } = batchesOf(2, () => Promise.reject(new Error('broken')));
  const joined = [batches.join(named('a')), batches.join(named('b'))];
  expect((await Promise.allSettled(joined)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
