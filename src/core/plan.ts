import { attemptKey } from './attempt-key.ts';
import { holds } from './backoff.ts';
import { longestCaHold } from './ca-trouble.ts';
import type { ErrorCode } from './catalogue.ts';
import { chooseCa } from './choose-ca.ts';
import { type DeployAsk, type DeployHold, deployAskOf, deployHold } from './deploy-hold.ts';
import { hasDrifted } from './drift.ts';
import { type Asked, type Look, pendingChanges, type Reason, whyDue } from './due.ts';
import { filesOwed } from './files-key.ts';
import { byAge } from './generation-id.ts';
import { asksPerson } from './host-duty.ts';
import type { Instant, Millis } from './instant.ts';
import { lookDueAt } from './look-due.ts';
import type { CaChoice, Generation, IssuerState, Observed, Revocation, Target } from './model.ts';
import { sparedUntil } from './order-budget.ts';
import { type RenewalMoment, renewalMoment, standInOf } from './renewal.ts';
import { nextRevocation, withdrawalOf } from './revocation.ts';

/** What is to be done about the issue of one certificate. */
export type IssueVerdict =
  | { readonly kind: 'now'; readonly reason: Reason }
  | {
      readonly kind: 'held';
      readonly reason: Reason;
      readonly until: Instant;
      /** `limit`: it could wait, and would take the last of the orders that the CA allows in a week. */
      readonly by: 'back-off' | 'ca' | 'limit';
      /** An attempt that has begun is held by what was written down ahead of it: it is under way or was cut short. */
      readonly begun: boolean;
    }
  | { readonly kind: 'later'; readonly moment: RenewalMoment }
  /** `on_clone: hold`, and this is another host than before: a person says what is to become of it. */
  | { readonly kind: 'asks'; readonly reason: Reason }
  /** The newest generation was revoked, and is not to be replaced by itself. */
  | { readonly kind: 'revoked'; readonly revocation: Revocation }
  | Blocked;

/** What is to be done about the deploy of one certificate. */
export type DeployVerdict =
  | { readonly kind: 'none' }
  | { readonly kind: 'now'; readonly id: string }
  | ({ readonly kind: 'held'; readonly id: string } & DeployHold)
  | Blocked;

/** What is to be done about commands that an earlier attempt owes. */
type AfterVerdict =
  | { readonly kind: 'none' }
  | { readonly kind: 'now' }
  | { readonly kind: 'held'; readonly until: Instant };

/** Nothing is done until somebody mends the disk; `code` and `message` are those of the fault. */
type Blocked = { readonly kind: 'blocked'; readonly code: ErrorCode; readonly message: string };

export type Verdict = {
  readonly name: string;
  /** Where an order of this moment goes to. */
  readonly ca: CaChoice;
  readonly issue: IssueVerdict;
  /** True where the CA should be asked for its renewal window now. */
  readonly askWindow: boolean;
  /** The revocation that the CA is to be asked about again now. */
  readonly revoke: Revocation | null;
  readonly deploy: DeployVerdict;
  /** True where the endpoints are to be looked at now, as they are each hour. */
  readonly look: boolean;
  readonly after: AfterVerdict;
  /** Changes of the configuration that wait for the next renewal. */
  readonly pending: readonly string[];
  /** The next moment at which this verdict can change by itself; null if none. */
  readonly wakeAt: Instant | null;
};

/**
 * The decision about one certificate: pure and total. The same function serves the daemon, `renew`, `plan`
 * and `status`; `asked` says whether a person stands behind this look.
 */
export function planFor(target: Target, seen: Observed, asked: Asked, now: Instant): Verdict {
  const verdict = blockedBy(seen);
  if (verdict !== null) {
    return {
      name: target.name,
      ca: chooseCa(target, seen, now),
      issue: verdict,
      askWindow: false,
      revoke: null,
      deploy: verdict,
      look: false,
      after: { kind: 'none' },
      pending: [],
      wakeAt: null,
    };
  }
  const look = { target, seen, asked, now };
  const newest = seen.issued.at(-1);
  const issue = issueVerdict(look);
  const deploy = deployVerdict(target, seen, deployAskOf(asked), now);
  const after = afterVerdict(seen, asked, now);
  const windowAt = windowQuestionAt(look);
  const revocation = nextRevocation(seen, now);
  // A deploy looks for itself.
  const lookAt = deploy.kind === 'now' ? null : lookDueAt(target, seen, now);
  return {
    name: target.name,
    ca: chooseCa(target, seen, now),
    issue,
    askWindow: windowAt !== null && windowAt <= now,
    revoke: revocation !== null && revocation.at <= now ? revocation.revocation : null,
    deploy,
    look: lookAt !== null && lookAt <= now,
    after,
    pending: newest === undefined ? [] : pendingChanges(target, newest),
    wakeAt: earliest(
      [
        momentOf(issue),
        deploy.kind === 'held' ? deploy.until : null,
        after.kind === 'held' ? after.until : null,
        windowAt,
        revocation?.at ?? null,
        lookAt,
      ],
      now,
    ),
  };
}

function blockedBy({ faults }: Observed): Blocked | null {
  const fault = faults.find(({ blocking }) => blocking);
  return fault === undefined ? null : { kind: 'blocked', code: fault.code, message: fault.message };
}

/** The decision about the deploy alone, for one who asks for nothing else. Pure and total, as `planFor`. */
export function planDeploy(target: Target, seen: Observed, ask: DeployAsk, now: Instant): DeployVerdict {
  return blockedBy(seen) ?? deployVerdict(target, seen, ask, now);
}

/** The generation that should be deployed: the newest good one that was neither rejected (contract section 5) nor revoked. */
export function deployTarget(seen: Observed): string | null {
  return newestGood(seen, seen.deploy.rejected);
}

function newestGood(seen: Observed, rejected: readonly string[]): string | null {
  const target = seen.issued.findLast(
    generation => !rejected.includes(generation.id) && withdrawalOf(generation, seen) === null,
  );
  return target?.id ?? null;
}

/** Whether something newer is to be deployed than what was: the part of `deployVerdict` that a blocked certificate leaves. */
export function isBehind(seen: Observed): boolean {
  const id = deployTarget(seen);
  return id !== null && id !== seen.deploy.deployed && !goesBack(seen, id);
}

/** Whether what is to be deployed was deployed before and taken back again. */
export function isTakenBack(seen: Observed): boolean {
  const { refused, underWay } = seen.deploy;
  return refused !== null && underWay === null && refused === deployTarget(seen);
}

function issueVerdict(look: Look): IssueVerdict {
  const { fault } = look.seen.host;
  if (fault !== null) return { kind: 'blocked', ...fault };
  const due = whyDue(look);
  if ('moment' in due) return { kind: 'later', moment: due.moment };
  if ('revoked' in due) return { kind: 'revoked', revocation: due.revoked };
  if (asksPerson(look.target, look.seen.host)) return { kind: 'asks', reason: due.reason };
  return { ...(hold(look, due.reason) ?? { kind: 'now' }), reason: due.reason };
}

/** No more than this is a clock set back that is kept right. */
const keptWell: Millis = 60_000;

/** What an attempt waits for: the CA, our own back-off or a limit that is nearly spent, whichever is longest. */
function hold(look: Look, reason: Reason) {
  const { target, seen, asked, now } = look;
  const { nextAttemptAt, lastAttemptAt, failedFor } = seen.issuer;
  const byCa = waitOfCa(look, reason);
  // What failed for another configuration says nothing about this one.
  const ours = asked === 'nothing' && (failedFor === null || failedFor === attemptKey(target));
  // An attempt that lies ahead was made by a clock that ran ahead, and so is the moment that it left.
  const ranAhead = lastAttemptAt !== null && lastAttemptAt - now > keptWell;
  const byUs = ours && !ranAhead && holds(nextAttemptAt, now) ? nextAttemptAt : null;
  if (byUs !== null && byUs > (byCa ?? now)) {
    return { kind: 'held', until: byUs, by: 'back-off', begun: hasBegun(seen.issuer) } as const;
  }
  const byLimit = isEarly(look, reason) ? sparedUntil(seen.issuer.orders, target.domains, now) : null;
  if (byLimit !== null && byLimit > (byCa ?? now)) {
    return { kind: 'held', until: byLimit, by: 'limit', begun: false } as const;
  }
  return byCa === null ? null : ({ kind: 'held', until: byCa, by: 'ca', begun: false } as const);
}

/** The latest moment that the CA has asked to wait for: as a whole, and for an order that it is at work on. */
function waitOfCa({ target, seen, now }: Look, { code }: Reason): Instant | null {
  const { name } = chooseCa(target, seen, now);
  const order = code === 'order-under-way' ? seen.order : null;
  const trouble = seen.issuer.troubles.find(({ ca }) => ca === name);
  const moments = [trouble?.notBefore ?? null, order?.notBefore ?? null];
  const ahead = moments.filter(moment => moment !== null).filter(moment => holds(moment, now, longestCaHold));
  return ahead.length === 0 ? null : Math.max(...ahead);
}

/** Whether the certificate could wait: neither forced nor due by its lifetime. */
function isEarly({ target, seen, now }: Look, { code }: Reason): boolean {
  if (code === 'configuration-changed') return true;
  const byLifetime = { ...seen.issuer, window: null };
  const momentOf = (newest: Generation) =>
    renewalMoment(newest, byLifetime, target.renewAt, standInOf(seen)).renewAt;
  const mayWait = code === 'renewal-due' || code === 'cloned';
  return mayWait && seen.issued.slice(-1).some(newest => momentOf(newest) > now);
}

/** An attempt that failed is as old as its error. */
function hasBegun({ lastAttemptAt, lastError }: IssuerState): boolean {
  return lastAttemptAt !== null && (lastError === null || lastError.at < lastAttemptAt);
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

function afterVerdict({ afterOwed }: Observed, asked: Asked, now: Instant): AfterVerdict {
  if (afterOwed === null) return { kind: 'none' };
  const until = afterOwed.nextAttemptAt;
  return asked === 'nothing' && holds(until, now) ? { kind: 'held', until } : { kind: 'now' };
}

/**
 * An issued copy that is spoiled or lost must not bring an older certificate back; only a rejection does, or a deploy
 * that was on its way back.
 */
function goesBack({ live, deploy }: Observed, id: string): boolean {
  if (live === null || byAge(live.id, id) <= 0 || deploy.rejected.includes(live.id)) return false;
  return deploy.underWay?.id !== live.id || deploy.underWay.back === null;
}

/**
 * When to ask for the window: at once for a generation that has none, else as the last answer said; never of one that
 * is revoked.
 */
function windowQuestionAt({ seen, asked, now }: Look): Instant | null {
  const newest = seen.issued.at(-1);
  if (newest === undefined || withdrawalOf(newest, seen) !== null) return null;
  // Whoever asks wants the CA's word of now; a forced order does not depend on it.
  if (asked === 'pass' || asked === 'named') return now;
  const { windowCheckAt } = seen.issuer;
  return holds(windowCheckAt, now) ? windowCheckAt : now;
}

function momentOf(issue: IssueVerdict): Instant | null {
  if (issue.kind === 'held') return issue.until;
  return issue.kind === 'later' ? issue.moment.renewAt : null;
}

function earliest(moments: readonly (Instant | null)[], now: Instant): Instant | null {
  const ahead = moments.filter(moment => moment !== null).filter(moment => moment > now);
  return ahead.length === 0 ? null : Math.min(...ahead);
}
