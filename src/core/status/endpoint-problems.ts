import type { ErrorCode } from '../catalogue.ts';
import { recordOf } from '../deploy/served-record.ts';
import type { Endpoint, ServedRecord, ServedState } from '../endpoint.ts';
import type { Instant, Millis } from '../instant.ts';
import { toRfc3339 } from '../text/time-text.ts';
import type { Problem } from './status-document.ts';

type At = { readonly now: Instant; readonly thresholds: { readonly critical: number } };

/** The certificate: its name, and how long the one that is live is meant to last; null where nothing is live. */
type Of = { readonly name: string; readonly lifetimeMs: Millis | null };

/** What is wrong with the endpoints of one certificate, as the last look at each has shown it. */
export function endpointProblems(
  { name, lifetimeMs }: Of,
  endpoints: readonly Endpoint[],
  served: readonly ServedRecord[],
  at: At,
): readonly Problem[] {
  return endpoints.flatMap(endpoint => {
    const record = recordOf(served, endpoint);
    const code = record === null ? null : codes[record.state];
    if (record === null || code === null) return [];
    const { connect, serverName } = endpoint;
    const level = isCritical(endpoint, record, lifetimeMs ?? 0, at) ? 'critical' : 'warning';
    const message = `${connect} (${serverName}): ${record.detail ?? record.state}`;
    return { code, certificate: name, message, since: toRfc3339(record.since), level };
  });
}

const codes: Readonly<Record<ServedState, ErrorCode | null>> = {
  match: null,
  unchecked: null,
  stale: 'endpoint-stale',
  untrusted: 'endpoint-untrusted',
  unreachable: 'endpoint-unreachable',
  unverified: 'endpoint-unverified',
};

/**
 * Where clients are turned away now, or soon will be. Of an endpoint in which others have a part certd knows too little:
 * it warns.
 */
function isCritical(
  { source }: Endpoint,
  { state, notAfter }: ServedRecord,
  lifetimeMs: Millis,
  { now, thresholds }: At,
): boolean {
  if (source === 'remote') return false;
  if (state === 'untrusted') return true;
  if (state !== 'stale' || notAfter === null) return false;
  // How long the other one was meant to last nobody wrote down: as long as this one.
  return notAfter <= now || notAfter - now < thresholds.critical * lifetimeMs;
}
