import { requestDue, requestReason } from '../core/deploy-request.ts';
import { asCertdError, logFields } from '../core/errors.ts';
import type { Observed, Target } from '../core/model.ts';
import { deployTarget } from '../core/plan.ts';
import type { DeployOutcome } from '../deploy/deploy-job.ts';
import { prune } from '../store/publish.ts';
import { isRequested, writeRequest } from '../store/requests.ts';
import type { PassParts } from './pass-parts.ts';

/**
 * Asks the deployer, another process, to deploy what is owed: a request says that it should look, and nothing else. Not
 * while an earlier one is there still, nor again for what it was asked before, until some time has passed.
 */
export async function askDeployer(
  owed: readonly Target[],
  parts: PassParts,
): Promise<readonly DeployOutcome[]> {
  for (const target of owed) await ask(target, parts);
  return [];
}

async function ask(target: Target, parts: PassParts): Promise<void> {
  const { disk, layout, world, clock, log, requestsMade } = parts;
  const { name } = target;
  const seen = world.look(name);
  const id = deployTarget(seen);
  if (id === null) return;
  const reason = requestReason(target, seen, id);
  const now = clock.now();
  if (isRequested(layout, name) || !requestDue(reason, requestsMade.get(name) ?? null, now)) return;
  await writeRequest(disk, layout, name);
  requestsMade.set(name, { reason, at: now });
  await pruneIssued(seen, parts);
  log.info({ certificate: name, generation: id }, 'deployer asked');
}

/** What a new generation makes one too many. Where it stays, the next one tries again. */
async function pruneIssued({ name, deploy }: Observed, { disk, layout, log }: PassParts): Promise<void> {
  try {
    await prune(disk, layout, name, { state: deploy, half: 'issuer' });
  } catch (thrown) {
    const error = asCertdError(thrown);
    log.warn({ certificate: name, ...logFields(error) }, 'old generations could not be removed');
  }
}
