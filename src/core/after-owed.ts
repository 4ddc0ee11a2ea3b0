import type { FailureRecord } from './failure-record.ts';
import type { Instant } from './instant.ts';

/** The commands of `attempt.after` are owed, because an attempt has begun (docs/state.md section 10). */
export type AfterOwed = {
  readonly since: Instant;
  /** How often in a row they have failed. */
  readonly failures: number;
  readonly nextAttemptAt: Instant | null;
  readonly lastError: FailureRecord | null;
};
