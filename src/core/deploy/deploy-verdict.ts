import { type Blocked, blockedBy } from '../blocked.ts';
import { byAge } from '../generation-id.ts';
import type { Instant } from '../instant.ts';
import type { Observed, Target } from '../model.ts';
import { withdrawalOf } from '../revoke/revocation.ts';
import { type DeployAsk, type DeployHold, deployHold } from './deploy-hold.ts';
import { hasDrifted } from './drift.ts';
import { filesOwed } from './files-key.ts';

/** What is to be done about the deploy of one certificate. */
export type DeployVerdict =
  | { readonly kind: 'none' }
  | { readonly kind: 'now'; readonly id: string }
  | ({ readonly kind: 'held'; readonly id: string } & DeployHold)
  | Blocked;

/** The decision about the deploy alone, for one who asks for nothing else. Pure and total, as `planFor`. */
export function planDeploy(target: Target, seen: Observed, ask: DeployAsk, now: Instant): DeployVerdict {
  return blockedBy(seen) ?? deployVerdict(target, seen, ask, now);
}

/** The generation that should be deployed: the newest good one that was neither rejected (contract section 5) nor revoked. */
export function deployTarget(seen: Observed): string | null {
  return newestGood(seen, seen.deploy.rejected);
}

/** Whether something newer is to be deployed than what was: the part of the verdict that a blocked certificate leaves. */
export function isBehind(seen: Observed): boolean {
  const id = deployTarget(seen);
  return id !== null && id !== seen.deploy.deployed && !goesBack(seen, id);
}

/** Whether what is to be deployed was deployed before and taken back again. */
export function isTakenBack(seen: Observed): boolean {
  const { refused, underWay } = seen.deploy;
  return refused !== null && underWay === null && refused === deployTarget(seen);
}

function deployVerdict(target: Target, seen: Observed, ask: DeployAsk, now: Instant): DeployVerdict {
  const id = ask === 'forced' ? newestGood(seen, []) : deployTarget(seen);
  if (id === null || goesBack(seen, id)) return { kind: 'none' };
  if (ask !== 'forced' && isDone(target, seen, id)) return { kind: 'none' };
  const hold = deployHold(target, seen, ask, now);
  return hold === null ? { kind: 'now', id } : { kind: 'held', id, ...hold };
}

/**
 * A link that somebody removed or bent is owed again, and so are files that have come into the configuration, what a deploy
 * that was cut short has left to run, and the commands for a server that has come to present something else.
 */
function isDone(target: Target, seen: Observed, id: string): boolean {
  const { deploy, live } = seen;
  const isDeployed = id === deploy.deployed && id === live?.id && deploy.underWay === null;
  return isDeployed && !filesOwed(target.files, deploy.files) && !hasDrifted(target, seen);
}

function newestGood(seen: Observed, rejected: readonly string[]): string | null {
  const target = seen.issued.findLast(
    generation => !rejected.includes(generation.id) && withdrawalOf(generation, seen) === null,
  );
  return target?.id ?? null;
}

/**
 * An issued copy that is spoiled or lost must not bring an older certificate back; only a rejection does, or a deploy
 * that was on its way back.
 */
function goesBack({ live, deploy }: Observed, id: string): boolean {
  if (live === null || byAge(live.id, id) <= 0 || deploy.rejected.includes(live.id)) return false;
  return deploy.underWay?.id !== live.id || deploy.underWay.back === null;
}
