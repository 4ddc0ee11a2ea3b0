import type { CertdError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { nextDeployAttempt } from './backoff.ts';
import { type FailureRecord, failureRecord } from './failure-record.ts';

/** The commands of `attempt.after` are owed, because an attempt has begun (docs/state.md section 10). */
export type AfterOwed = {
  readonly since: Instant;
  /** How often in a row they have begun without success. */
  readonly failures: number;
  readonly nextAttemptAt: Instant | null;
  readonly lastError: FailureRecord | null;
};

/** What an attempt that begins owes, on top of what an earlier one may have left. */
export function owedAfterStart(owed: AfterOwed | null, now: Instant): AfterOwed {
  return owed ?? { since: now, failures: 0, nextAttemptAt: null, lastError: null };
}

/**
 * Each beginning counts until it has a result: commands that restart certd, or are there when it is killed, would run at
 * every start for ever. The first one that was cut short is made up at once, later ones wait as failures do.
 */
export function owedAfterBeginning(owed: AfterOwed, now: Instant, draw: number): AfterOwed {
  const failures = owed.failures + 1;
  return { ...owed, failures, nextAttemptAt: failures === 1 ? null : waitAfter(failures, now, draw) };
}

/** A failure was counted when it began. */
export function owedAfterFailure(owed: AfterOwed, error: CertdError, now: Instant, draw: number): AfterOwed {
  const failures = Math.max(1, owed.failures);
  const lastError = failureRecord(error, owed.lastError, now);
  return { since: owed.since, failures, nextAttemptAt: waitAfter(failures, now, draw), lastError };
}

/** What is stopped meanwhile is missed: it is tried again after a quarter of an hour at the latest. */
const mostDoublings = 4;

function waitAfter(failures: number, now: Instant, draw: number): Instant {
  return nextDeployAttempt(Math.min(failures, mostDoublings + 1), now, draw);
}
