import type { Endpoint, ServedRecord } from '../endpoint.ts';
import type { Instant } from '../instant.ts';
import type { Observed } from '../model.ts';
import { type Presented, servedState } from './presented.ts';

/** What the last look at an endpoint has shown; null where there was none. */
export function recordOf(
  served: readonly ServedRecord[],
  endpoint: Pick<Endpoint, 'connect' | 'serverName'>,
): ServedRecord | null {
  return (
    served.find(
      ({ connect, serverName }) => connect === endpoint.connect && serverName === endpoint.serverName,
    ) ?? null
  );
}

/** The same of everything that is known: of an endpoint of this host only the deployer may say something. */
export function lastRecord(
  { deploy: { served }, servedRemote }: Pick<Observed, 'deploy' | 'servedRemote'>,
  endpoint: Pick<Endpoint, 'connect' | 'serverName' | 'source'>,
): ServedRecord | null {
  const ofDeployer = recordOf(served, endpoint);
  const ofIssuer = endpoint.source === 'remote' ? recordOf(servedRemote, endpoint) : null;
  if (ofDeployer === null || ofIssuer === null) return ofDeployer ?? ofIssuer;
  return ofIssuer.checkedAt > ofDeployer.checkedAt ? ofIssuer : ofDeployer;
}

/** Those of the endpoints that somebody has looked at. */
export function lastRecords(
  seen: Pick<Observed, 'deploy' | 'servedRemote'>,
  endpoints: readonly Endpoint[],
): readonly ServedRecord[] {
  return endpoints.map(endpoint => lastRecord(seen, endpoint)).filter(record => record !== null);
}

type Expected = {
  /** Of the leaf that is live, SHA-256 as lower-case hex. */
  readonly fingerprint: string;
  readonly before: ServedRecord | null;
  readonly now: Instant;
};

/** What a look at an endpoint is written down as. */
export function recordAfter(
  { connect, serverName }: Endpoint,
  presented: Presented,
  { fingerprint, before, now }: Expected,
): ServedRecord {
  const found = servedState(presented, fingerprint);
  // Whether the new certificate is served there is as open as it was when it was deployed.
  const stillOpen = found.state === 'unreachable' && before?.state === 'unverified';
  const state = stillOpen ? 'unverified' : found.state;
  const leaf = presented.kind === 'leaf' ? presented : null;
  return {
    connect,
    serverName,
    state,
    detail: found.detail,
    fingerprintSha256: leaf?.fingerprintSha256 ?? null,
    notAfter: leaf?.notAfter ?? null,
    checkedAt: now,
    since: before?.state === state ? before.since : now,
  };
}
