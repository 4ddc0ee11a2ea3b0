import type { ErrorCode } from './catalogue.ts';
import type { Observed } from './model.ts';

/** Nothing is done until somebody mends the disk; `code` and `message` are those of the fault. */
export type Blocked = { readonly kind: 'blocked'; readonly code: ErrorCode; readonly message: string };

/** The first fault on disk that holds up everything for this certificate; null where there is none. */
export function blockedBy({ faults }: Observed): Blocked | null {
  const fault = faults.find(({ blocking }) => blocking);
  return fault === undefined ? null : { kind: 'blocked', code: fault.code, message: fault.message };
}
