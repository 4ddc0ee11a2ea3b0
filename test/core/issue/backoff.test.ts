import { expect, it } from 'vitest';
import { holds, nextAttempt, nextDeployAttempt } from '../../../src/core/issue/backoff.ts';

const minute = 60_000;
const day = 1440 * minute;
const now = Date.parse('2026-03-01');

type Failure = Parameters<typeof nextAttempt>[0];

/** The wait after this failure. */
const wait = (failure: Partial<Failure>) => {
  const first = {
    retry: 'back-off',
    failures: 1,
    notBefore: null,
    draw: 0,
    outSince: null,
    end: null,
  } as const;
  return nextAttempt({ ...first, ...failure, now }) - now;
};

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
] as const)('%s', (_sentence, retry, failures, expected) => {
  expect(wait({ retry, failures, notBefore: now + 1 })).toBe(expected);
});

it.each([null, now])('a CA that names no time, or one that is past, gets the back-off (%s)', notBefore => {
  expect(wait({ retry: 'not-before', failures: 2, notBefore })).toBe(10 * minute);
});

it('adds up to a tenth of jitter, in whole milliseconds', () => {
  expect(wait({ draw: 0.5 })).toBe(63_000);
  expect(wait({ draw: 0.99999 })).toBe(66_000);
  expect(nextDeployAttempt(1, now, 0.5) - now).toBe(63_000);
});

it.each([
  ['that has just begun is asked about after a minute', 0, minute],
  ['of four minutes after two', 4, 2 * minute],
  ['of half an hour after a quarter of one', 30, 15 * minute],
  ['of three days, too', 3 * 1440, 15 * minute],
])('an outage %s', (_sentence, lasted, expected) => {
  expect(wait({ failures: 9, outSince: now - lasted * minute })).toBe(expected);
});

it('what a person must change is tried daily, outage or not', () => {
  expect(wait({ retry: 'daily', outSince: now })).toBe(day);
});

it.each([
  ['thirty days', 30 * day, day],
  ['three days', 3 * day, 216 * minute],
  ['two hours', 120 * minute, 100 * minute],
  ['nothing', -day, 100 * minute],
])(
  'with %s left, a certificate that has failed often waits no longer than it can',
  (_sentence, left, expected) => {
    expect(wait({ failures: 9, end: now + left })).toBe(expected);
  },
);

it.each([
  [1, minute],
  [2, 2 * minute],
  [11, 1024 * minute],
  [12, day],
  [2000, day],
])('after %d failed deploys in a row the next waits %d ms', (failures, expected) => {
  expect(nextDeployAttempt(failures, now, 0) - now).toBe(expected);
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
