import { expect, it } from 'vitest';
import { openHeartbeat } from '../../src/daemon/heartbeat.ts';

const halfHour = 30 * 60_000;

it.each([
  ['a second is taken for half an hour', 1000, halfHour],
  ['half an hour for itself', halfHour, halfHour],
  ['two hours for themselves', 4 * halfHour, 4 * halfHour],
])('a limit of %s', (_sentence, limitMs, hungAfter) => {
  let now = 7;
  const heart = openHeartbeat(() => now);
  heart.begin(limitMs);
  now += 1;
  expect(heart.deadlines()).toEqual([7 + hungAfter]);
});

it('knows every step until its end, in whatever order they end', () => {
  let now = 0;
  const heart = openHeartbeat(() => now);
  const endHung = heart.begin(halfHour);
  now = halfHour;
  const endOther = heart.begin(halfHour);
  expect(heart.deadlines()).toEqual([halfHour, 2 * halfHour]);
  endOther();
  expect(heart.deadlines()).toEqual([halfHour]);
  endHung();
  expect(heart.deadlines()).toEqual([]);
});
