import { expect, it } from 'vitest';
import { openTurns } from '../../src/pass/turns.ts';

it('gives one turn at a time for a key, in the order in which they were asked for', async () => {
  const turns = openTurns();
  const told: string[] = [];
  const endFirst = await turns.take('a');
  const others = ['second', 'third'].map(async who => {
    const end = await turns.take('a');
    told.push(who);
    end();
  });
  await turns.take('b');
  expect(told).toEqual([]);
  endFirst();
  await Promise.all(others);
  expect(told).toEqual(['second', 'third']);
});

it('is free until somebody takes the turn, and again when nobody waits any more', async () => {
  const turns = openTurns();
  expect(turns.isFree('a')).toBe(true);
  const end = await turns.take('a');
  expect(turns.isFree('a')).toBe(false);
  expect(turns.isFree('b')).toBe(true);
  const second = turns.take('a');
  end();
  const endSecond = await second;
  expect(turns.isFree('a')).toBe(false);
  endSecond();
  expect(turns.isFree('a')).toBe(true);
});

it('is taken from the call on, so that nothing slips in before it is granted', () => {
  const turns = openTurns();
  void turns.take('a');
  expect(turns.isFree('a')).toBe(false);
});
