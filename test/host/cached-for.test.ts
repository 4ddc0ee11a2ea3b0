import { expect, it } from 'vitest';
import { cachedFor } from '../../src/host/cached-for.ts';
import { ofLast } from '../../src/host/of-last.ts';

/** Something that counts how often it was made, kept for 250 ms. */
function room() {
  const world: { now: number; parts: readonly unknown[] } = { now: 10_000, parts: [] };
  let made = 0;
  const get = cachedFor({ ms: 250, now: () => world.now, of: () => world.parts }, () => {
    made += 1;
    return made;
  });
  return { world, get };
}

it('makes it once for all who ask within the time', () => {
  const { world, get } = room();
  expect([get(), get()]).toEqual([1, 1]);
  world.now += 249;
  expect(get()).toBe(1);
});

it('makes it anew when the time is over, counted from when it was made', () => {
  const { world, get } = room();
  get();
  world.now += 200;
  get();
  world.now += 50;
  expect([get(), get()]).toEqual([2, 2]);
});

it('makes it anew after the clock was set back', () => {
  const { world, get } = room();
  get();
  world.now -= 1;
  expect(get()).toBe(2);
});

it.each([
  ['another value', [1, 'a'], [2, 'a']],
  ['one more', [1], [1, 1]],
  ['one fewer', [1, 1], [1]],
  ['another object that looks the same', [{}], [{}]],
])('makes it anew of %s', (_sentence, before, after) => {
  const { world, get } = room();
  world.parts = before;
  get();
  world.parts = [...before];
  expect(get()).toBe(1);
  world.parts = after;
  expect(get()).toBe(2);
});

it('makes it again where that failed', () => {
  let fails = true;
  const get = cachedFor({ ms: 250, now: () => 0, of: () => [] }, () => {
    if (fails) throw new Error('no');
    return 'made';
  });
  expect(get).toThrow('no');
  fails = false;
  expect(get()).toBe('made');
});

it('remembers what was made of the last input only', () => {
  let made = 0;
  const name = ofLast((input: string | null) => `${input} ${++made}`);
  expect([name(null), name(null), name('b'), name('b'), name(null)]).toEqual([
    'null 1',
    'null 1',
    'b 2',
    'b 2',
    'null 3',
  ]);
});
