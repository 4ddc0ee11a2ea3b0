import { asCertdError, CertdError } from '../core/errors.ts';
import type { Command, DeployUnderWay } from '../core/model.ts';
import type { DeployParts } from './deploy-job.ts';
import { attempt, type Deploying, save, stopHere } from './deploying.ts';
import { type HookSubject, hookEnvironment } from './hook-environment.ts';
import { commandText, nextHook } from './hook-order.ts';
import type { HookResult } from './run-hook.ts';
import { hookKey } from './under-way.ts';

/** Runs what the certificates of a batch still owe, each command once for all that share it. */
export async function runHooks(batch: readonly Deploying[], parts: DeployParts): Promise<void> {
  for (;;) {
    const open = batch.filter(({ error }) => error === null);
    const step = nextHook(open.map(deploying => ({ subject: deploying, commands: owedCommands(deploying) })));
    if (step === null) return;
    if (parts.signal.aborted) return open.filter(isOwing).forEach(stopHere);
    await runOne(step.command, step.subjects, parts);
  }
}

function isOwing(deploying: Deploying): boolean {
  return owedCommands(deploying).length > 0;
}

function owedCommands({ job, state }: Deploying): readonly Command[] {
  const done = state.underWay?.hooksDone ?? [];
  return job.target.deploy.hooks.filter(command => !done.includes(hookKey(command)));
}

async function runOne(command: Command, sharers: readonly Deploying[], parts: DeployParts): Promise<void> {
  const key = hookKey(command);
  for (const deploying of sharers) {
    await attempt(deploying, parts, () => mark(deploying, parts, { running: key }));
  }
  const running = sharers.filter(({ error }) => error === null);
  if (running.length === 0) return;
  const failure = await failureOf(command, running, parts);
  for (const deploying of running) {
    await attempt(deploying, parts, async () => {
      if (failure !== null) throw failure;
      const hooksDone = [...(deploying.state.underWay?.hooksDone ?? []), key];
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
