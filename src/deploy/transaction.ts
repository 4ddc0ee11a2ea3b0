import type { CertdError } from '../core/errors.ts';
import type { DeployState, Instant, Leaf, Millis, Target } from '../core/model.ts';
import { attempt, type Deploying, save } from './deploying.ts';
import type { HookResult, HookRun } from './run-hook.ts';
import { runHooks } from './run-hooks.ts';
import { checkInterrupted, takenUp } from './under-way.ts';

/** One certificate whose generation `id` is owed. `state` is what `deploy/<name>.json` says. */
export type DeployJob = { readonly target: Target; readonly id: string; readonly state: DeployState };

export type DeployOutcome = {
  readonly name: string;
  readonly id: string;
  /** Null where the generation is deployed now. */
  readonly error: CertdError | null;
};

/** What the transaction needs of the store, the clock and the host. */
export type DeployParts = {
  readonly now: () => Instant;
  readonly random: () => number;
  /** The gate and step 9: checks the issued generation, makes the deployer's own copy, returns its leaf. */
  readonly install: (target: Target, id: string) => Promise<Leaf>;
  /** Step 11. */
  readonly flip: (name: string, id: string) => Promise<void>;
  readonly save: (name: string, state: DeployState) => Promise<void>;
  /** Step 14. */
  readonly prune: (name: string, state: DeployState) => Promise<void>;
  /** The leaf of a generation that was deployed; null where it is gone. */
  readonly deployedLeaf: (name: string, id: string) => Leaf | null;
  readonly liveDir: (name: string) => string;
  readonly runHook: (run: HookRun) => Promise<HookResult>;
  readonly onHook: (event: HookEvent) => void;
  /** A failure that could not be written down, because the disk fails too. */
  readonly onUnrecorded: (name: string, error: CertdError) => void;
  readonly graceMs: Millis;
  readonly signal: AbortSignal;
};

export type HookEvent = {
  readonly names: readonly string[];
  /** The command's words or script, as configured. */
  readonly command: string;
  readonly result: HookResult;
  readonly durationMs: Millis;
};

/**
 * Deploys a batch: gate and flip each certificate, then the hooks, equal ones once (contract section 5).
 * One failing certificate never stops another. Each step is on disk before the next (docs/state.md section
 * 4, steps 9 to 14), so that a crash anywhere is taken up again.
 */
export async function deployBatch(
  jobs: readonly DeployJob[],
  parts: DeployParts,
): Promise<readonly DeployOutcome[]> {
  const batch = jobs.map((job): Deploying => ({ job, leaf: null, state: job.state, error: null }));
  for (const deploying of batch) await attempt(deploying, parts, begin);
  await runHooks(batch, parts);
  for (const deploying of batch) await attempt(deploying, parts, commit);
  return batch.map(({ job, error }) => ({ name: job.target.name, id: job.id, error }));
}

async function begin(deploying: Deploying, parts: DeployParts): Promise<void> {
  const { target, id } = deploying.job;
  const underWay = takenUp(deploying.state, id);
  const interrupted = checkInterrupted(deploying.state, underWay);
  if (interrupted !== null) {
    await save(deploying, parts, { underWay });
    throw interrupted;
  }
  deploying.leaf = await parts.install(target, id);
  await save(deploying, parts, { underWay });
  await parts.flip(target.name, id);
}

async function commit(deploying: Deploying, parts: DeployParts): Promise<void> {
  const { target, id } = deploying.job;
  const { deployed, previous } = deploying.state;
  await save(deploying, parts, {
    deployed: id,
    previous: deployed === id ? previous : deployed,
    underWay: null,
    failures: 0,
    nextAttemptAt: null,
    lastAt: parts.now(),
    lastError: null,
  });
  await parts.prune(target.name, deploying.state);
}
