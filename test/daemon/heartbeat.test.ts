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
  now += hungAfter - 1;
  expect(heart.alive()).toBe(true);
  now += 1;
  expect(heart.alive()).toBe(false);
});

it('is alive again when the step that hung has ended, and not before', () => {
  let now = 0;
  const heart = openHeartbeat(() => now);
  const endHung = heart.begin(halfHour);
  now = halfHour;
  const endOther = heart.begin(halfHour);
  endOther();
  expect(heart.alive()).toBe(false);
  endHung();
  expect(heart.alive()).toBe(true);
});
