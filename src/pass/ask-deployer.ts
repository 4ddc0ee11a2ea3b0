import { requestDue, requestReason } from '../core/deploy/deploy-request.ts';
import { planDeploy } from '../core/deploy/deploy-verdict.ts';
import { asCertdError, logFields } from '../core/errors.ts';
import type { Asked } from '../core/issue/due.ts';
import type { Observed, Target } from '../core/model.ts';
import type { DeployOutcome } from '../deploy/deploy-job.ts';
import { prune } from '../store/publish.ts';
import { requestedAt, writeRequest } from '../store/requests.ts';
import { awaitDeployer } from './await-deployer.ts';
import type { HostParts } from './host-parts.ts';
import type { PassParts } from './pass-parts.ts';

/**
 * Asks the deployer, another process, to deploy what is owed: a request says that it should look, and nothing else. Not
 * while an earlier one is there still, nor again for what it was asked before, until some time has passed. A person is told
 * what came of it.
 */
export async function askDeployer(
  owed: readonly Target[],
  asked: Asked,
  parts: PassParts,
): Promise<readonly DeployOutcome[]> {
  for (const target of owed) await ask(target, asked, parts);
  if (asked === 'nothing') return [];
  const outcomes = await Promise.all(owed.map(target => awaitDeployer(target, owed.length, parts)));
  return outcomes.filter(outcome => outcome !== null);
}

async function ask(target: Target, asked: Asked, parts: PassParts): Promise<void> {
  const { disk, layout, world, clock, log, requestsMade } = parts;
  const { name } = target;
  const seen = world.look(name);
  const now = clock.now();
  // The deployer does not know who asks, and waits for what it would wait for by itself.
  const deploy = planDeploy(target, seen, 'nobody', now);
  if (deploy.kind !== 'now') return;
  const reason = requestReason(target, seen, deploy.id);
  const last = requestsMade.get(name) ?? null;
  if (last?.reason !== reason) await pruneIssued(seen, parts);
  // A person does not wait for what nobody has begun.
  if (asked === 'nothing' && !requestDue(reason, last, now)) return;
  requestsMade.set(name, { reason, at: now });
  if (requestedAt(layout, name) !== null) return;
  await writeRequest(disk, layout, name);
  world.look(name);
  log.info({ certificate: name, generation: deploy.id }, 'deployer asked');
}

/** What a new generation makes one too many. Where it stays, the next one tries again. */
async function pruneIssued({ name, deploy }: Observed, { disk, layout, log }: HostParts): Promise<void> {
  try {
    await prune(disk, layout, name, { state: deploy, half: 'issuer' });
  } catch (thrown) {
    const error = asCertdError(thrown);
    log.warn({ certificate: name, ...logFields(error) }, 'old generations could not be removed');
  }
}
