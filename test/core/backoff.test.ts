import { expect, it } from 'vitest';
import { holds, nextAttempt, nextDeployAttempt } from '../../src/core/backoff.ts';

const minute = 60_000;
const day = 1440 * minute;
const now = Date.parse('2026-03-01');

it.each([
  ['the first failure waits a minute', 'back-off', 1, minute],
  ['the second ten minutes', 'back-off', 2, 10 * minute],
  ['the third a hundred minutes', 'back-off', 3, 100 * minute],
  ['the fourth a day', 'back-off', 4, day],
  ['the thousandth still a day', 'back-off', 1000, day],
  ['what a person must change is tried daily from the first failure on', 'daily', 1, day],
  ['what certd does not repeat by itself counts as daily', 'none', 1, day],
  ['a trouble of the moment waits for nothing', 'next-tick', 7, 0],
  ['where the CA says when, our own back-off adds nothing', 'not-before', 7, 0],
] as const)('%s', (_sentence, retry, failures, wait) => {
  expect(nextAttempt({ retry, failures, notBefore: now + 1, now, draw: 0 }) - now).toBe(wait);
});

it.each([null, now])('a CA that names no time, or one that is past, gets the back-off (%s)', notBefore => {
  expect(nextAttempt({ retry: 'not-before', failures: 2, notBefore, now, draw: 0 }) - now).toBe(10 * minute);
});

it('adds up to a tenth of jitter, in whole milliseconds', () => {
  expect(nextAttempt({ retry: 'back-off', failures: 1, notBefore: null, now, draw: 0.5 }) - now).toBe(63_000);
  expect(nextAttempt({ retry: 'back-off', failures: 1, notBefore: null, now, draw: 0.99999 }) - now).toBe(
    66_000,
  );
  expect(nextDeployAttempt(1, now, 0.5) - now).toBe(63_000);
});

it.each([
  [1, minute],
  [2, 2 * minute],
  [11, 1024 * minute],
  [12, day],
  [2000, day],
])('after %d failed deploys in a row the next waits %d ms', (failures, wait) => {
  expect(nextDeployAttempt(failures, now, 0) - now).toBe(wait);
});

it.each([
  ['no moment holds nothing', null, false],
  ['a moment that is past holds nothing', now - 1, false],
  ['a moment that is now holds nothing', now, false],
  ['a moment ahead holds', now + 1, true],
  ['the longest back-off with its jitter holds', now + 1.1 * day, true],
  ['a moment beyond any back-off was set by a clock that ran ahead', now + 2 * day, false],
] as const)('%s', (_sentence, until, expected) => {
  expect(holds(until, now)).toBe(expected);
});
