import { CertdError } from '../core/errors.ts';
import type { Instant, Millis } from '../core/instant.ts';
import { spanText, toRfc3339 } from '../core/text/time-text.ts';
import type { Answer } from './answer.ts';
import { httpDate } from './http-date.ts';

/** As far as a clock may be off that is only not kept well: CAs date certificates back by as much. */
const tolerated: Millis = 3_600_000;

/**
 * The error that this host's clock and the CA's are more than an hour apart, by the Date of an answer that has just
 * come in (RFC 9110 §6.6.1). Null where they are not, or the CA does not say. An answer out of a cache is older by its Age.
 */
export function skewOf({ headers }: Pick<Answer, 'headers'>, now: Instant): CertdError | null {
  const date = httpDate(headers['date']?.trim() ?? '');
  if (date === null) return null;
  const age = headers['age'] ?? '';
  const theirs = date + (/^\d{1,9}$/.test(age) ? Number(age) * 1000 : 0);
  const ahead = now - theirs;
  if (Math.abs(ahead) <= tolerated) return null;
  const how = `${spanText(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'}`;
  return new CertdError(
    'clock-skewed',
    `The clock of this host is ${how} that of the CA: it says ${toRfc3339(now)}, the CA ${toRfc3339(theirs)}.`,
    { facts: { aheadSeconds: Math.round(ahead / 1000) } },
  );
}
