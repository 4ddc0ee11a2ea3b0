import { asCertdError, CertdError } from '../core/errors.ts';
import { filesKey } from '../core/files-key.ts';
import type { DeployJob, DeployOutcome, DeployParts } from './deploy-job.ts';
import { attempt, type Deploying, save } from './deploying.ts';
import { runHooks } from './run-hooks.ts';
import { sideBySide } from './side-by-side.ts';
import { checkInterrupted, takenUp } from './under-way.ts';

/**
 * Deploys a batch: gate and flip each certificate, then the hooks, equal ones once (contract section 5).
 * One failing certificate never stops another. Each step is on disk before the next (docs/state.md section
 * 4, steps 9 to 14), so that a crash anywhere is taken up again.
 */
export async function deployBatch(
  jobs: readonly DeployJob[],
  parts: DeployParts,
): Promise<readonly DeployOutcome[]> {
  const batch = jobs.map((job): Deploying => ({ job, leaves: null, state: job.state, error: null }));
  await sideBySide(batch, deploying => attempt(deploying, parts, begin));
  await runHooks(batch, parts);
  await sideBySide(batch, deploying => attempt(deploying, parts, commit));
  return batch.map(({ job, error }) => ({ name: job.target.name, id: job.id, error }));
}

async function begin(deploying: Deploying, parts: DeployParts): Promise<void> {
  if (parts.signal.aborted) throw new CertdError('stopped', 'certd was stopped before the deploy');
  const { target, id } = deploying.job;
  const underWay = takenUp(deploying.state, id);
  const interrupted = checkInterrupted(deploying.state, underWay);
  if (interrupted !== null) {
    await save(deploying, parts, { underWay });
    throw interrupted;
  }
  const { deployed } = deploying.state;
  const fresh = await parts.install(target, id);
  deploying.leaves = {
    fresh,
    previous: deployed === null ? null : parts.deployedLeaf(target.name, deployed),
  };
  await save(deploying, parts, { underWay });
  await parts.flip(target.name, id);
  await parts.writeFiles(target, id);
}

async function commit(deploying: Deploying, parts: DeployParts): Promise<void> {
  const { id, target } = deploying.job;
  const { deployed, previous } = deploying.state;
  await save(deploying, parts, {
    deployed: id,
    previous: deployed === id ? previous : deployed,
    files: filesKey(target.files),
    underWay: null,
    failures: 0,
    nextAttemptAt: null,
    lastAt: parts.now(),
    lastError: null,
  });
  await pruned(deploying, parts);
}

/** What is live is live: old generations that could not be removed are tried again at the next deploy. */
async function pruned({ job, state }: Deploying, parts: DeployParts): Promise<void> {
  try {
    await parts.prune(job.target.name, state);
  } catch (thrown) {
    parts.onUnpruned(job.target.name, asCertdError(thrown));
  }
}
