import { CertdError } from '../core/errors.ts';
import type { DeployParts } from './deploy-job.ts';
import type { Deploying } from './deploying.ts';
import { giveUp } from './give-up.ts';
import { nextHook, type Pending } from './hook-order.ts';
import { type OwedHook, owedHooks, owedTest } from './owed-hooks.ts';
import { type OnFailure, runCommand, type Turn } from './run-command.ts';

type Kind = 'test' | 'hooks';

/** Runs what the certificates of a batch still owe of their tests or hooks, each command once for all that share it. */
export async function runHooks(
  batch: readonly Deploying[],
  parts: DeployParts,
  kind: Kind,
  onFailure: OnFailure = (deploying, error) => giveUp(deploying, parts, error),
): Promise<void> {
  for (;;) {
    const waiting = batch.flatMap(deploying => pendingOf(deploying, kind));
    const step = nextHook(waiting);
    if (step === null) return;
    if (parts.signal.aborted) {
      for (const { subject } of waiting) stopHere(subject.deploying);
      return;
    }
    await runCommand(step, parts, onFailure);
  }
}

/** Nothing for a certificate that has failed or has run its last one. */
function pendingOf(deploying: Deploying, kind: Kind): readonly Pending<Turn>[] {
  const owed = owedOf(deploying, kind);
  const [hook] = owed;
  if (deploying.error !== null || hook === undefined) return [];
  return [{ subject: { deploying, hook }, commands: owed.map(({ command }) => command) }];
}

/** On the way back nothing is run where no hook has told a server of the new generation. */
function owedOf({ job, state }: Deploying, kind: Kind): readonly OwedHook[] {
  const { deploy } = job.target;
  if (state.underWay === null || state.underWay.back?.commands === false) return [];
  const { hooksDone } = state.underWay;
  return kind === 'test' ? owedTest(deploy, hooksDone) : owedHooks(deploy.hooks, hooksDone);
}

/** A stop before a command or after one: there is nothing to write down. */
function stopHere(deploying: Deploying): void {
  deploying.error = new CertdError('stopped', 'certd was stopped before the next command of a deploy');
}
