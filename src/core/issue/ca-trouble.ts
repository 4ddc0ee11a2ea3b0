import { authorityErrors } from '../catalogue/authority.ts';
import type { ErrorCode } from '../catalogue.ts';
import type { CertdError } from '../errors.ts';
import type { Instant, Millis } from '../instant.ts';
import type { Observed, Trouble } from '../model.ts';
import { holds } from './backoff.ts';

/** The troubles of a certificate after an attempt at `ca`: what is no fault of the CA shows that it serves again. */
export function troublesAfter(
  before: readonly Trouble[],
  ca: string,
  error: CertdError | null,
  now: Instant,
): readonly Trouble[] {
  const others = before.filter(trouble => trouble.ca !== ca);
  if (error === null || !isOfTheCa(error.code)) return others;
  const since = Math.min(before.find(trouble => trouble.ca === ca)?.since ?? now, now);
  return [...others, { ca, since, at: now, notBefore: error.notBefore }];
}

/** What another CA may do better: all that a CA is the author of. The rest is of this host, of its names, or of nobody. */
function isOfTheCa(code: ErrorCode): boolean {
  return code === 'gate-refused' || (code in authorityErrors && !ofNoCa.has(code));
}

const ofNoCa: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'validation-failed',
  'order-gone',
  'order-waits',
  'stopped',
]);

/**
 * Whether a certificate no longer waits for a CA that fails it, where it has another one: at once where there is
 * none yet, else after a tenth of the time that was left when the trouble began. So an outage of hours moves nobody,
 * and the other CA still comes well before the end. A Retry-After beyond that moment is not waited for.
 */
export function isGivenUp(
  { since, notBefore }: Trouble,
  { issued }: Pick<Observed, 'issued'>,
  now: Instant,
): boolean {
  const end = issued.at(-1)?.leaf.notAfter ?? since;
  const patience = Math.max(0, end - since) / 10;
  const next = holds(notBefore, now, longestCaHold) ? notBefore : now;
  return next >= since + patience;
}

/** A CA's wait is stored with at most a week (`acme/problem.ts`); a longer one was written by a clock that ran ahead. */
export const longestCaHold: Millis = 8 * 86_400_000;
