import type { Command, DeployUnderWay } from '../core/deploy/deploy-model.ts';
import { asCertdError, CertdError } from '../core/errors.ts';
import type { DeployParts } from './deploy-job.ts';
import { attempt, type Deploying, mark, underWayOf } from './deploying.ts';
import { type HookSubject, hookEnvironment } from './hook-environment.ts';
import { failureOf } from './hook-failure.ts';
import type { HookStep } from './hook-order.ts';
import { hookName, type OwedHook } from './owed-hooks.ts';
import type { HookResult } from './run-hook.ts';
import { sideBySide } from './side-by-side.ts';
import { afterCommand } from './under-way.ts';

/** A certificate of the batch and the command that is its next one. */
export type Turn = { readonly deploying: Deploying; readonly hook: OwedHook };

/** What is done about the failure of a command for one of those that it was run for. */
export type OnFailure = (deploying: Deploying, error: CertdError) => Promise<void>;

/** Runs one command once for all that it is for, between two records for each of them. */
export async function runCommand(
  { command, subjects }: HookStep<Turn>,
  parts: DeployParts,
  onFailure: OnFailure,
): Promise<void> {
  await sideBySide(subjects, ({ deploying, hook }) =>
    attempt(deploying, parts, () => mark(deploying, parts, startOf(deploying, hook))),
  );
  const running = subjects.filter(({ deploying }) => deploying.error === null);
  if (running.length === 0) return;
  const ended = await run(command, running, parts).catch(asCertdError);
  await sideBySide(running, ({ deploying, hook }) =>
    attempt(deploying, parts, async () => {
      // What was thrown around it, too, concerns only those that it was run for.
      const error = ended instanceof CertdError ? ended : failureOf(ended, hook);
      if (error?.code === 'stopped') await noteStop(deploying, parts);
      if (error !== null) return onFailure(deploying, error);
      deploying.ran = hook.key;
      await mark(deploying, parts, afterCommand(underWayOf(deploying), hook.key));
      deploying.ran = null;
    }),
  );
}

/** What was running stays recorded as running; that certd was asked to end is what a hook that restarts it is known by. */
async function noteStop(deploying: Deploying, parts: DeployParts): Promise<void> {
  try {
    await mark(deploying, parts, { stops: underWayOf(deploying).stops + 1 });
  } catch (thrown) {
    parts.onUnrecorded(deploying.job.target.name, asCertdError(thrown), null);
  }
}

/** A test tells no server of anything. */
function startOf(deploying: Deploying, { key, position }: OwedHook): Partial<DeployUnderWay> {
  return { running: key, told: position > 0 || underWayOf(deploying).told };
}

async function run(command: Command, turns: readonly Turn[], parts: DeployParts): Promise<HookResult> {
  const startedAt = parts.now();
  const result = await parts.runHook({
    command,
    env: hookEnvironment(turns.map(({ deploying }) => subjectOf(deploying, parts))),
    timeoutMs: Math.max(...turns.map(({ deploying }) => deploying.job.target.deploy.timeoutMs)),
    graceMs: parts.graceMs,
    signal: parts.signal,
  });
  const names = turns.map(({ deploying }) => deploying.job.target.name);
  // Where its position differs from one certificate to the next, that of the first stands for all.
  const position = turns[0]?.hook.position ?? 0;
  parts.onHook({ names, hook: hookName({ command, position }), result, durationMs: parts.now() - startedAt });
  return result;
}

function subjectOf({ job, leaves }: Deploying, parts: DeployParts): HookSubject {
  const { target } = job;
  if (leaves === null) throw new CertdError('internal-error', `${target.name} has hooks before its gate`);
  return { target, leaf: leaves.fresh, liveDir: parts.liveDir(target.name), previous: leaves.previous };
}
