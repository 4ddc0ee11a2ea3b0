import type { Retry } from './catalogue/entry.ts';
import type { Instant, Millis } from './model.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** The retry table that Let's Encrypt asks for: its integration guide, "Retrying failures". */
const table: readonly Millis[] = [minute, 10 * minute, 100 * minute];

type Failure = {
  readonly retry: Retry;
  /** How many times in a row it has failed, this one included. */
  readonly failures: number;
  /** What the CA asked for. */
  readonly notBefore: Instant | null;
  readonly now: Instant;
  /** Uniform in [0, 1); drawn by the caller and so stored with the result. */
  readonly draw: number;
};

/**
 * When our own back-off allows the next attempt. A tenth of jitter on top, so that a fleet that failed
 * together does not come back together. What the CA asks for (`not-before`) is kept apart by the caller.
 */
export function nextAttempt({ retry, failures, notBefore, now, draw }: Failure): Instant {
  // A CA that names no time, or one that is past, is not asked at every tick either.
  const silent = notBefore === null || notBefore <= now;
  const own = retry === 'not-before' && silent ? 'back-off' : retry;
  return Math.round(now + delay(own, failures) * (1 + draw / 10));
}

function delay(retry: Retry, failures: number): Millis {
  switch (retry) {
    case 'next-tick':
    case 'not-before':
      return 0;
    case 'back-off':
      return table[failures - 1] ?? day;
    case 'daily':
    case 'none':
      return day;
  }
}

/**
 * Whether a stored moment still holds something back. None of certd's own lies two days ahead: one that does
 * was written by a clock that ran ahead, and would hold for years after the clock was set right.
 */
export function holds(until: Instant | null, now: Instant, longest: Millis = 2 * day): until is Instant {
  return until !== null && until > now && until - now < longest;
}

/** Back-off of a failed deploy: doubles from one minute to one day (contract section 5). */
export function nextDeployAttempt(failures: number, now: Instant, draw: number): Instant {
  const wait = Math.min(day, minute * 2 ** (failures - 1));
  return Math.round(now + wait * (1 + draw / 10));
}
