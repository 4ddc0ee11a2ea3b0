import { momentOfCopy } from '../host/host-duty.ts';
import { type RenewalMoment, renewalMoment, standInOf } from '../issue/renewal.ts';
import type { Observed, Target } from '../model.ts';
import type { Verdict } from '../plan.ts';
import { withdrawalOf } from '../revoke/revocation.ts';
import { rfc3339OrNull } from '../text/time-text.ts';
import { errorFields } from './error-fields.ts';
import type { CertificateStatus } from './status-document.ts';

/** What `status` says of renewal. `managed` is null for a certificate that nobody renews. */
export function renewalFields(
  seen: Observed,
  managed: { readonly target: Target; readonly verdict: Verdict } | null,
): CertificateStatus['renewal'] {
  const issue = managed?.verdict.issue ?? null;
  const moment = managed === null || issue?.kind === 'blocked' ? null : momentOf(seen, managed.target);
  return {
    source: moment?.source ?? 'none',
    window_start: rfc3339OrNull(moment?.window?.start ?? null),
    window_end: rfc3339OrNull(moment?.window?.end ?? null),
    renew_at: rfc3339OrNull(moment?.renewAt ?? null),
    explanation_url: moment?.window?.explanationUrl ?? null,
    next_attempt_at: rfc3339OrNull(issue?.kind === 'held' ? issue.until : null),
    failures: seen.issuer.failures,
    last_success_at: rfc3339OrNull(seen.issuer.lastSuccessAt),
    last_error: errorFields(seen.issuer.lastError),
  };
}

type Moment = Pick<RenewalMoment, 'renewAt' | 'window'> & {
  readonly source: Exclude<RenewalMoment['source'], 'cloned'> | 'forced';
};

/** Also of a certificate that is due: a moment that is past says how late it is. */
function momentOf(seen: Observed, { renewAt }: Target): Moment | null {
  const newest = seen.issued.at(-1);
  if (newest === undefined) return null;
  const withdrawal = withdrawalOf(newest, seen);
  if (withdrawal === null) {
    const moment = momentOfCopy(
      renewalMoment(newest, seen.issuer, renewAt, standInOf(seen)),
      newest.id,
      seen.host,
    );
    return { ...moment, source: moment.source === 'cloned' ? 'forced' : moment.source };
  }
  return withdrawal.replace ? { source: 'forced', renewAt: withdrawal.since, window: null } : null;
}
