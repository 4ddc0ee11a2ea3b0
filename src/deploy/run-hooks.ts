import type { Command, DeployUnderWay } from '../core/deploy-model.ts';
import { asCertdError, CertdError } from '../core/errors.ts';
import type { DeployParts } from './deploy-job.ts';
import { attempt, type Deploying, save, stopHere } from './deploying.ts';
import { type HookSubject, hookEnvironment } from './hook-environment.ts';
import { nextHook, type Pending } from './hook-order.ts';
import { hookName, type OwedHook, owedHooks } from './owed-hooks.ts';
import type { HookResult } from './run-hook.ts';
import { sideBySide } from './side-by-side.ts';

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
  await sideBySide(turns, ({ deploying, hook }) =>
    attempt(deploying, parts, () => mark(deploying, parts, { running: hook.key })),
  );
  const running = turns.filter(({ deploying }) => deploying.error === null);
  if (running.length === 0) return;
  const ended = await run(command, running, parts).catch(asCertdError);
  await sideBySide(running, ({ deploying, hook }) =>
    attempt(deploying, parts, async () => {
      check(ended, hook);
      const hooksDone = [...(deploying.state.underWay?.hooksDone ?? []), hook.key];
      await mark(deploying, parts, { running: null, hooksDone, interrupted: 0 });
    }),
  );
}

/** Throws unless the hook succeeded. What was thrown around it, too, concerns only those that it was run for. */
function check(ended: HookResult | CertdError, hook: OwedHook): void {
  if (ended instanceof CertdError) throw ended;
  if (ended.outcome === 'ok') return;
  throw new CertdError(ended.outcome, `${hookName(hook)}: ${ended.detail}`);
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

async function mark(
  deploying: Deploying,
  parts: DeployParts,
  change: Partial<DeployUnderWay>,
): Promise<void> {
  const { underWay } = deploying.state;
  if (underWay === null) throw new CertdError('internal-error', 'a hook without a deploy under way');
  await save(deploying, parts, { underWay: { ...underWay, ...change } });
}
