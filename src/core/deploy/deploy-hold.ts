import type { Instant } from '../instant.ts';
import { holds } from '../issue/backoff.ts';
import type { Asked } from '../issue/due.ts';
import { lifetimeOf } from '../issue/renewal.ts';
import type { Generation, Observed, Target } from '../model.ts';
import { withdrawalOf } from '../revoke/revocation.ts';
import { opensAt } from './deploy-window.ts';

/**
 * Who stands behind a deploy: nobody; somebody who wants a pass, or all that is owed, and does not wait for the back-off;
 * somebody who wants this certificate deployed, and does not wait for its window either; somebody who wants it deployed
 * although it was, or was rejected.
 */
export type DeployAsk = 'nobody' | 'pass' | 'named' | 'forced';

/** What stands behind the deploys of a pass: who wants a renewal has not asked for a reload at noon. */
export function deployAskOf(asked: Asked): DeployAsk {
  return asked === 'nothing' ? 'nobody' : 'pass';
}

/** What a deploy that is owed waits for. */
export type DeployHold = { readonly until: Instant; readonly by: 'back-off' | 'window' };

/** Null where it waits for nothing. After the back-off it still waits for the window. */
export function deployHold(target: Target, seen: Observed, ask: DeployAsk, now: Instant): DeployHold | null {
  const { nextAttemptAt, failedFor } = seen.deploy;
  // What failed for another configuration says nothing about this one.
  const ours = ask === 'nobody' && (failedFor === null || failedFor === target.deployDigest);
  const backOff = ours && holds(nextAttemptAt, now) ? nextAttemptAt : null;
  const opens = ask === 'named' || ask === 'forced' ? null : windowHold(target, seen, backOff ?? now);
  if (opens !== null) return { until: opens, by: 'window' };
  return backOff === null ? null : { until: backOff, by: 'back-off' };
}

/** When the window lets a deploy go that could go at `from`; null where it does at once. */
function windowHold({ deploy: { window } }: Target, seen: Observed, from: Instant): Instant | null {
  if (window === null || isUnderWay(seen) || isRolledBack(seen)) return null;
  const old = inUse(seen);
  if (old === null || withdrawalOf(old, seen) !== null) return null;
  const last = old.leaf.notAfter - lifetimeOf(old) / 20;
  const opens = last <= from ? null : opensAt(window, from);
  return opens === null ? null : Math.min(last, opens);
}

/** What has begun in the window goes on after it, unless it has failed meanwhile; the way back never waits for one. */
function isUnderWay({ deploy: { underWay, nextAttemptAt } }: Observed): boolean {
  return underWay !== null && (underWay.back !== null || nextAttemptAt === null);
}

/** Whoever has rejected what is live wants it gone. */
function isRolledBack({ live, deploy }: Observed): boolean {
  return live !== null && deploy.rejected.includes(live.id);
}

/**
 * What servers have: while a deploy has failed and what it deploys stays live, the one before. Null where nobody knows,
 * or there is none.
 */
function inUse({ live, deploy, issued }: Observed): Pick<Generation, 'id' | 'leaf'> | null {
  if (live === null || deploy.underWay?.id !== live.id) return live;
  return issued.find(({ id }) => id === deploy.deployed) ?? null;
}
