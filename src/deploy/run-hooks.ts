import { asCertdError, CertdError } from '../core/errors.ts';
import type { Command, DeployUnderWay } from '../core/model.ts';
import type { DeployParts } from './deploy-job.ts';
import { attempt, type Deploying, save, stopHere } from './deploying.ts';
import { type HookSubject, hookEnvironment } from './hook-environment.ts';
import { commandText, nextHook, type Pending } from './hook-order.ts';
import { type OwedHook, owedHooks } from './owed-hooks.ts';
import type { HookResult } from './run-hook.ts';

/** A certificate of the batch and the hook that is its next one. */
type Turn = { readonly deploying: Deploying; readonly hook: OwedHook };

/** Runs what the certificates of a batch still owe, each command once for all that share it. */
export async function runHooks(batch: readonly Deploying[], parts: DeployParts): Promise<void> {
  for (;;) {
    const waiting = batch.flatMap(pendingOf);
    const step = nextHook(waiting);
    if (step === null) return;
    if (parts.signal.aborted) {
      for (const { subject } of waiting) stopHere(subject.deploying);
      return;
    }
    await runOne(step.command, step.subjects, parts);
  }
}

/** Nothing for a certificate that has failed or has run its last hook. */
function pendingOf(deploying: Deploying): readonly Pending<Turn>[] {
  const owed = owedHooks(deploying.job.target.deploy.hooks, deploying.state.underWay?.hooksDone ?? []);
  const [hook] = owed;
  if (deploying.error !== null || hook === undefined) return [];
  return [{ subject: { deploying, hook }, commands: owed.map(({ command }) => command) }];
}

async function runOne(command: Command, turns: readonly Turn[], parts: DeployParts): Promise<void> {
  for (const { deploying, hook } of turns) {
    await attempt(deploying, parts, () => mark(deploying, parts, { running: hook.key }));
  }
  const running = turns.filter(({ deploying }) => deploying.error === null);
  if (running.length === 0) return;
  const failure = await failureOf(
    command,
    running.map(({ deploying }) => deploying),
    parts,
  );
  for (const { deploying, hook } of running) {
    await attempt(deploying, parts, async () => {
      if (failure !== null) throw failure;
      const hooksDone = [...(deploying.state.underWay?.hooksDone ?? []), hook.key];
      await mark(deploying, parts, { running: null, hooksDone, interrupted: 0 });
    });
  }
}

/** Null where the hook succeeded. What is thrown around it, too, concerns only those that it was run for. */
async function failureOf(
  command: Command,
  sharers: readonly Deploying[],
  parts: DeployParts,
): Promise<CertdError | null> {
  try {
    const result = await run(command, sharers, parts);
    if (result.outcome === 'ok') return null;
    return new CertdError(result.outcome, `hook ${commandText(command)}: ${result.detail}`);
  } catch (thrown) {
    return asCertdError(thrown);
  }
}

async function run(command: Command, sharers: readonly Deploying[], parts: DeployParts): Promise<HookResult> {
  const startedAt = parts.now();
  const result = await parts.runHook({
    command,
    env: hookEnvironment(sharers.map(deploying => subjectOf(deploying, parts))),
    timeoutMs: Math.max(...sharers.map(({ job }) => job.target.deploy.timeoutMs)),
    graceMs: parts.graceMs,
    signal: parts.signal,
  });
  const names = sharers.map(({ job }) => job.target.name);
  parts.onHook({ names, command: commandText(command), result, durationMs: parts.now() - startedAt });
  return result;
}

function subjectOf({ job, leaves }: Deploying, parts: DeployParts): HookSubject {
  const { target } = job;
  if (leaves === null) throw new CertdError('internal-error', `${target.name} has hooks before its gate`);
  return { target, leaf: leaves.fresh, liveDir: parts.liveDir(target.name), previous: leaves.previous };
}

async function mark(
  deploying: Deploying,
  parts: DeployParts,
  change: Partial<DeployUnderWay>,
): Promise<void> {
  const { underWay } = deploying.state;
  if (underWay === null) throw new CertdError('internal-error', 'a hook without a deploy under way');
  await save(deploying, parts, { underWay: { ...underWay, ...change } });
}
