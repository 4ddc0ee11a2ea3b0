import type { Instant } from './instant.ts';

/** A failure as it is kept on disk and shown as `last_error`. */
export type FailureRecord = {
  readonly code: string;
  readonly message: string;
  readonly at: Instant;
  /** When the first failed of those that have failed in a row. */
  readonly since: Instant;
  readonly problemType: string | null;
};
