import type { FailureRecord } from '../issue/failure-record.ts';
import { toRfc3339 } from '../text/time-text.ts';
import type { LastError } from './status-document.ts';

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
