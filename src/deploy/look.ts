import { type Finding, findingOf } from '../core/deploy/deploy-finding.ts';
import type { ServedBefore } from '../core/deploy/deploy-model.ts';
import { type Presented, servedState } from '../core/deploy/presented.ts';
import { recordOf } from '../core/deploy/served-record.ts';
import type { Endpoint } from '../core/endpoint.ts';
import { asCertdError, CertdError } from '../core/errors.ts';
import type { Millis } from '../core/instant.ts';
import type { Target } from '../core/model.ts';
import type { DeployParts } from './deploy-job.ts';
import type { Deploying } from './deploying.ts';

/** An endpoint that is to present what is deployed, and what the last look at it has found. */
export type Watched = {
  readonly deploying: Deploying;
  readonly endpoint: Endpoint;
  readonly fingerprint: string;
  found: Presented | CertdError | null;
};

/** What the endpoints present before anything is changed, held against what is live (SHA-256; empty for nothing). */
export async function servedBefore(
  target: Target,
  fingerprint: string,
  parts: DeployParts,
): Promise<readonly ServedBefore[]> {
  return Promise.all(
    target.deploy.verify.map(async endpoint => {
      const { connect, serverName } = endpoint;
      const presented = await parts.probe(target, endpoint);
      const accepted = presented.kind === 'leaf' && presented.fault === null;
      return { connect, serverName, state: servedState(presented, fingerprint).state, accepted };
    }),
  );
}

export function watchedOf(deploying: Deploying, parts: DeployParts): readonly Watched[] {
  const { target, id } = deploying.job;
  const leaf = deploying.leaves?.fresh ?? parts.deployedLeaf(target.name, id);
  const fingerprint = leaf?.fingerprintSha256 ?? '';
  return target.deploy.verify.map(endpoint => ({ deploying, endpoint, fingerprint, found: null }));
}

const firstWaitMs: Millis = 100;
const longestWaitMs: Millis = 2000;

/**
 * Looks at endpoints until each presents what it should or its limit is over: a server that drains old workers takes its
 * time. All of them in rounds with growing waits; what cannot be looked at is left with its error.
 */
export async function watchUntilServed(
  watched: readonly Watched[],
  parts: DeployParts,
  limitOf: (one: Watched) => Millis = ({ endpoint }) => endpoint.timeoutMs,
): Promise<void> {
  const startedAt = parts.now();
  let slept = 0;
  let open = watched;
  for (let wait = firstWaitMs; ; wait = Math.min(2 * wait, longestWaitMs)) {
    await Promise.all(open.map(one => look(one, parts)));
    // A clock that is set back must not lengthen it.
    const passed = Math.max(parts.now() - startedAt, slept);
    open = open.filter(one => isOpen(one) && passed < limitOf(one));
    if (open.length === 0 || parts.signal.aborted) return;
    const ms = Math.min(wait, ...open.map(one => limitOf(one) - passed));
    await parts.sleep(ms);
    slept += ms;
  }
}

async function look(one: Watched, parts: DeployParts): Promise<void> {
  one.found = await parts.probe(one.deploying.job.target, one.endpoint).catch(asCertdError);
}

function isOpen({ found, fingerprint }: Watched): boolean {
  if (found === null || found instanceof CertdError) return false;
  return servedState(found, fingerprint).state !== 'match';
}

/** What one look has shown, against what was there before. Throws where the look itself has failed. */
export function judged({ deploying, endpoint, found, fingerprint }: Watched, parts: DeployParts): Finding {
  if (found instanceof CertdError) throw found;
  if (found === null) throw new CertdError('internal-error', `nobody has looked at ${endpoint.connect}`);
  const { underWay, served } = deploying.state;
  const isThis = ({ connect, serverName }: ServedBefore) =>
    connect === endpoint.connect && serverName === endpoint.serverName;
  const before = underWay?.before.find(isThis) ?? null;
  return findingOf(endpoint, found, {
    before,
    last: recordOf(served, endpoint),
    fingerprint,
    now: parts.now(),
  });
}

/** One look at each endpoint of a certificate. */
export async function lookOnce(deploying: Deploying, parts: DeployParts): Promise<readonly Finding[]> {
  const watched = watchedOf(deploying, parts);
  await watchUntilServed(watched, parts, () => 0);
  return watched.map(one => judged(one, parts));
}
