import type { DeployUnderWay } from '../core/deploy/deploy-model.ts';
import { CertdError } from '../core/errors.ts';
import type { DeployParts } from './deploy-job.ts';
import { type Deploying, save } from './deploying.ts';
import { giveUp } from './give-up.ts';
import { judged, watchedOf, watchUntilServed } from './look.ts';
import { hookKey, hookName, owedHooks } from './owed-hooks.ts';
import { afterCommand, takenUp } from './under-way.ts';

/**
 * What is under way for a deploy, as a crash left it; null where nothing is. A command that was cut short for the second
 * time fails, with all that follows from it: a hook that restarts certd would otherwise be run again at every start. Where
 * it has done what it is there for it counts as done instead.
 */
export async function takeUp(deploying: Deploying, parts: DeployParts): Promise<DeployUnderWay | null> {
  const { state, job } = deploying;
  const left = takenUp(state, job.id);
  const key = state.underWay?.running ?? null;
  if (left === null || key === null || left.interrupted < 2) return left;
  const done = await whyDone(deploying, { ...left, running: key }, parts);
  if (done !== null) {
    say(
      deploying,
      key,
      `certd ended ${left.interrupted} times while it ran; it counts as done: ${done}`,
      parts,
    );
    return { ...left, ...afterCommand(left, key) };
  }
  await save(deploying, parts, { underWay: left });
  const words = `certd ended ${left.interrupted} times while a command of the deploy of ${left.id} was running`;
  await giveUp(deploying, parts, new CertdError('hook-interrupted', words));
  return left;
}

/**
 * Why a hook that never came to its end is not run again, in words; null where it is. On the way back it has told servers
 * twice, and nothing else would end. Forwards the endpoints say whether it has, where certd was asked to end: that is a hook
 * that restarts it. Of a crash nobody knows how far the hook came.
 */
async function whyDone(
  deploying: Deploying,
  { running, back, stops }: DeployUnderWay,
  parts: DeployParts,
): Promise<string | null> {
  const { test, verify } = deploying.job.target.deploy;
  if (test !== null && running === hookKey(test, 0)) return null;
  if (back !== null) return 'the deploy goes back';
  if (stops < 2 || verify.length === 0) return null;
  const watched = watchedOf(deploying, parts);
  await watchUntilServed(watched, parts);
  const isServed = watched.every(one => judged(one, parts).verdict === 'served');
  return isServed ? 'every endpoint presents the new certificate' : null;
}

function say({ job }: Deploying, key: string, detail: string, parts: DeployParts): void {
  const { name, deploy } = job.target;
  const hook = owedHooks(deploy.hooks, []).find(known => known.key === key);
  // One that has left the configuration is nothing any more.
  if (hook === undefined) return;
  const result = { outcome: 'stopped', detail, output: '' } as const;
  parts.onHook({ names: [name], hook: hookName(hook), result, durationMs: 0 });
}
