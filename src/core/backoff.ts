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
  readonly now: Instant;
  /** Uniform in [0, 1); drawn by the caller and so stored with the result. */
  readonly draw: number;
};

/**
 * When our own back-off allows the next attempt. A tenth of jitter on top, so that a fleet that failed
 * together does not come back together. What the CA asks for (`not-before`) is kept apart by the caller.
 */
export function nextAttempt({ retry, failures, now, draw }: Failure): Instant {
  return Math.round(now + delay(retry, failures) * (1 + draw / 10));
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
 * Whether a moment of our own still holds something back. None that certd sets lies two days ahead: one that
 * does was written by a clock that ran ahead, and would hold for years after the clock was set right.
 */
export function holds(until: Instant | null, now: Instant): until is Instant {
  return until !== null && until > now && until - now < 2 * day;
}

/** Back-off of a failed deploy: doubles from one minute to one day (contract section 5). */
export function nextDeployAttempt(failures: number, now: Instant, draw: number): Instant {
  const wait = Math.min(day, minute * 2 ** (failures - 1));
  return Math.round(now + wait * (1 + draw / 10));
}
