import { expect, it } from 'vitest';
import { accountRetryMs } from '../../../src/core/issue/account-retry.ts';

const hour = 3_600_000;
const usual = { retry: 'back-off', notBefore: null, now: 1000, draw: 0 } as const;

it('an account is asked for again in an hour, or a day where somebody must do something', () => {
  expect(accountRetryMs(usual)).toBe(hour);
  expect(accountRetryMs({ ...usual, retry: 'next-tick' })).toBe(hour);
  expect(accountRetryMs({ ...usual, retry: 'not-before' })).toBe(hour);
  expect(accountRetryMs({ ...usual, retry: 'daily' })).toBe(24 * hour);
  expect(accountRetryMs({ ...usual, retry: 'none' })).toBe(24 * hour);
});

it('no earlier than the CA asks, and no earlier for its asking', () => {
  expect(accountRetryMs({ ...usual, notBefore: 1000 + 3 * hour })).toBe(3 * hour);
  expect(accountRetryMs({ ...usual, notBefore: 2000 })).toBe(hour);
  expect(accountRetryMs({ ...usual, notBefore: 0 })).toBe(hour);
});

it('with up to a tenth of jitter', () => {
  expect(accountRetryMs({ ...usual, draw: 0.5 })).toBe(1.05 * hour);
});
