import type { Instant } from '../instant.ts';

/** A failure as it is kept on disk and shown as `last_error`. */
export type FailureRecord = {
  readonly code: string;
  readonly message: string;
  readonly at: Instant;
  /** When the first failed of those that have failed in a row. */
  readonly since: Instant;
  readonly problemType: string | null;
};

/** A failure of now. `last` is the one before it, null where what came before has succeeded. */
export function failureRecord(
  { code, message, problemType }: Pick<FailureRecord, 'code' | 'message' | 'problemType'>,
  last: FailureRecord | null,
  now: Instant,
): FailureRecord {
  return { code, message, at: now, since: last?.since ?? now, problemType };
}
