import type { Retry } from '../catalogue/entry.ts';
import type { Instant, Millis } from '../instant.ts';

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
  /** Since when the CA is out, for an outage; null for every other failure. */
  readonly outSince: Instant | null;
  /** The end of the newest certificate; null where there is none. */
  readonly end: Instant | null;
};

/**
 * When our own back-off allows the next attempt. A tenth of jitter on top, so that a fleet that failed
 * together does not come back together. What the CA asks for (`not-before`) is kept apart by the caller.
 */
export function nextAttempt(failure: Failure): Instant {
  const { retry, notBefore, now, draw } = failure;
  // A CA that names no time, or one that is past, is not asked at every tick either.
  const silent = notBefore === null || notBefore <= now;
  const own = retry === 'not-before' && silent ? 'back-off' : retry;
  return Math.round(now + delay(own, failure) * (1 + draw / 10));
}

function delay(retry: Retry, { failures, outSince, end, now }: Failure): Millis {
  if (outSince !== null && retry === 'back-off') return outageDelay(now - outSince);
  switch (retry) {
    case 'next-tick':
    case 'not-before':
      return 0;
    case 'back-off':
      return Math.min(table[failures - 1] ?? day, longestBackOff(end, now));
    case 'daily':
    case 'none':
      return day;
  }
}

/** An outage is asked about again after half the time that it lasts: from a minute to a quarter of an hour. */
export function outageDelay(lasted: Millis): Millis {
  return Math.min(15 * minute, Math.max(minute, lasted / 2));
}

/**
 * A certificate of six days does not survive waits of one. A twentieth of what is left, but no less than the last
 * step of the table: CAs count failures by the hour.
 */
function longestBackOff(end: Instant | null, now: Instant): Millis {
  return end === null ? day : Math.max(100 * minute, (end - now) / 20);
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
