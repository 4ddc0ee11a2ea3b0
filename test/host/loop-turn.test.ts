import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { loopTurn } from '../../src/host/loop-turn.ts';

it('lets one of those that wait go on in each turn of the loop, in the order in which they came', async () => {
  const seen: string[] = [];
  const step = async (name: string) => {
    await loopTurn();
    seen.push(name);
  };
  const steps = ['first', 'second', 'third'].map(step);
  const turns = async () => {
    for (let turn = 1; seen.length < 3; turn++) {
      await nextTurn();
      seen.push(`turn ${turn}`);
    }
  };
  await Promise.all([...steps, turns()]);
  expect(seen).toEqual(['first', 'turn 1', 'second', 'turn 2', 'third']);
});

it('serves who comes after the queue was empty', async () => {
  await loopTurn();
  await loopTurn();
  const seen: number[] = [];
  await Promise.all([loopTurn().then(() => seen.push(1)), loopTurn().then(() => seen.push(2))]);
  expect(seen).toEqual([1, 2]);
});
