import type { Finding } from '../core/deploy/deploy-finding.ts';
import { isNearlyOver, type Old, reasonToStay } from '../core/deploy/rollback.ts';
import { CertdError } from '../core/errors.ts';
import type { DeployParts } from './deploy-job.ts';
import { type Deploying, mark, underWayOf } from './deploying.ts';
import { lookOnce } from './look.ts';

/**
 * What the failure of a command leads to: the deploy goes back, which is on record when this returns; or the new
 * generation stays, and the failure is thrown with the reason. On the way back there is nothing else to go back to.
 */
export async function giveUp(deploying: Deploying, parts: DeployParts, error: CertdError): Promise<void> {
  if (error.code === 'stopped') throw error;
  const { back, from } = underWayOf(deploying);
  if (back !== null) throw worded(error, `on the way back to ${from}: ${error.message} (${back.message})`);
  const stays = whyStay(deploying, parts) ?? (await whyKeep(deploying, parts, error));
  if (stays !== null) throw worded(error, `${error.message}; the new one stays: ${stays}`);
  await turnBack(deploying, parts, error);
}

/** The generation that a deploy would go back to. */
export function oldOf({ state, job }: Deploying, parts: DeployParts): Old | null {
  const id = state.underWay?.from ?? null;
  const leaf = id === null ? null : parts.deployedLeaf(job.target.name, id);
  return id === null || leaf === null ? null : { id, leaf };
}

/** Why this deploy cannot go back; null where it can. */
export function whyStay(deploying: Deploying, parts: DeployParts): string | null {
  const { name, deploy } = deploying.job.target;
  const { rejected } = deploying.state;
  const facts = { onFailure: deploy.onFailure, revoked: parts.revoked(name), rejected, now: parts.now() };
  return reasonToStay(oldOf(deploying, parts), facts);
}

/**
 * With the old one about to end, the new one is worth more than a hook, where no client is worse off; a configuration
 * that no server takes is worse.
 */
async function whyKeep(
  deploying: Deploying,
  parts: DeployParts,
  { code }: CertdError,
): Promise<string | null> {
  const old = oldOf(deploying, parts);
  if (old === null || code === 'test-failed' || !isNearlyOver(old, parts.now())) return null;
  const findings = await lookOnce(deploying, parts);
  // One that goes on with the old leaf serves its clients as before.
  const isWorse = ({ verdict, record }: Finding) =>
    verdict === 'worse' && record.fingerprintSha256 !== old.leaf.fingerprintSha256;
  if (findings.some(isWorse)) return null;
  return `less than a twentieth of the lifetime of ${old.id} is left`;
}

async function turnBack(deploying: Deploying, parts: DeployParts, error: CertdError): Promise<void> {
  const { code, message } = error;
  const back = { code, message, at: parts.now(), commands: underWayOf(deploying).told, failed: false };
  // In one write: how far it came forwards means nothing on the way back.
  await mark(deploying, parts, { back, hooksDone: [], running: null, interrupted: 0, stops: 0 });
  deploying.error = error;
  deploying.isGivenUp = true;
}

function worded({ code, facts }: CertdError, message: string): CertdError {
  return new CertdError(code, message, { facts });
}
