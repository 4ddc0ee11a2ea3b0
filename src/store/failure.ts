import type { FailureRecord } from '../core/issue/failure-record.ts';
import { toRfc3339 } from '../core/text/time-text.ts';
import type { Fields } from './json.ts';

/** Reads `last_error`, which three state files have in the same form. Throws `state-corrupt`. */
export function failureOf(fields: Fields | null): FailureRecord | null {
  if (fields === null) return null;
  return {
    code: fields.text('code'),
    message: fields.text('message'),
    at: fields.instant('at'),
    since: fields.instant('since'),
    problemType: fields.textOrNull('problem_type'),
  };
}

/** What `failureOf` reads. */
export function failureDocument(error: FailureRecord | null) {
  if (error === null) return null;
  return {
    code: error.code,
    message: error.message,
    at: toRfc3339(error.at),
    since: toRfc3339(error.since),
    problem_type: error.problemType,
  };
}
