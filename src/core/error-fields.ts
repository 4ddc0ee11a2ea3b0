import type { FailureRecord } from './failure-record.ts';
import type { LastError } from './status-document.ts';
import { toRfc3339 } from './time-text.ts';

/** The last failure as `status` shows it. */
export function errorFields(error: FailureRecord | null): LastError | null {
  if (error === null) return null;
  return {
    code: error.code,
    message: error.message,
    at: toRfc3339(error.at),
    problem_type: error.problemType,
  };
}
