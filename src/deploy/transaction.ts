import { filesKey } from '../core/deploy/files-key.ts';
import { asCertdError } from '../core/errors.ts';
import { begin } from './begin.ts';
import type { DeployJob, DeployOutcome, DeployParts } from './deploy-job.ts';
import { attempt, type Deploying, save } from './deploying.ts';
import { goBack } from './go-back.ts';
import { runHooks } from './run-hooks.ts';
import { runTests } from './run-tests.ts';
import { sideBySide } from './side-by-side.ts';
import { verify } from './verify.ts';

/**
 * Deploys a batch: gate and flip each certificate, then the tests and the hooks, equal ones once, then the endpoints (contract section 5).
 * What fails goes back to what was live before, where it may. One failing certificate never stops another. Each step
 * is on disk before the next (docs/state.md section 4, steps 9 to 15), so that a crash anywhere is taken up again.
 */
export async function deployBatch(
  jobs: readonly DeployJob[],
  parts: DeployParts,
): Promise<readonly DeployOutcome[]> {
  const batch = jobs.map(entered);
  await sideBySide(batch, deploying => attempt(deploying, parts, begin));
  await goBack(batch, parts);
  await runTests(batch, parts);
  await runHooks(batch, parts, 'hooks');
  await goBack(batch, parts);
  await verify(batch, parts);
  await goBack(batch, parts);
  await sideBySide(batch, deploying => attempt(deploying, parts, commit));
  return batch.map(outcomeOf);
}

function entered(job: DeployJob): Deploying {
  const begins = { leaves: null, error: null, isGivenUp: false, backTo: null, goesOn: false, ran: null };
  return { job, state: job.state, ...begins };
}

function outcomeOf({ job, error, backTo, goesOn }: Deploying): DeployOutcome {
  return { name: job.target.name, id: job.id, error, backTo, goesOn };
}

async function commit(deploying: Deploying, parts: DeployParts): Promise<void> {
  const { id, target } = deploying.job;
  const { deployed, previous } = deploying.state;
  await save(deploying, parts, {
    deployed: id,
    previous: deployed === id ? previous : deployed,
    files: filesKey(target.files),
    underWay: null,
    refused: null,
    failures: 0,
    nextAttemptAt: null,
    lastAt: parts.now(),
    lastError: null,
    failedFor: null,
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
