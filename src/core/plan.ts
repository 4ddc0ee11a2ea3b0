import { type Blocked, blockedBy } from './blocked.ts';
import { deployAskOf } from './deploy/deploy-hold.ts';
import { type DeployVerdict, planDeploy } from './deploy/deploy-verdict.ts';
import { lookDueAt } from './deploy/look-due.ts';
import type { Instant } from './instant.ts';
import { holds } from './issue/backoff.ts';
import { chooseCa } from './issue/choose-ca.ts';
import { type Asked, type Look, pendingChanges } from './issue/due.ts';
import { type IssueVerdict, issueVerdict } from './issue/issue-verdict.ts';
import type { CaChoice, Observed, Revocation, Target } from './model.ts';
import { nextRevocation, withdrawalOf } from './revoke/revocation.ts';

/** What is to be done about commands that an earlier attempt owes. */
type AfterVerdict =
  | { readonly kind: 'none' }
  | { readonly kind: 'now' }
  | { readonly kind: 'held'; readonly until: Instant };

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
  const look = { target, seen, asked, now };
  const blocked = blockedBy(seen);
  return blocked === null ? openVerdict(look) : blockedVerdict(look, blocked);
}

function blockedVerdict({ target, seen, now }: Look, blocked: Blocked): Verdict {
  return {
    name: target.name,
    ca: chooseCa(target, seen, now),
    issue: blocked,
    askWindow: false,
    revoke: null,
    deploy: blocked,
    look: false,
    after: { kind: 'none' },
    pending: [],
    wakeAt: null,
  };
}

function openVerdict(look: Look): Verdict {
  const { target, seen, asked, now } = look;
  const newest = seen.issued.at(-1);
  const issue = issueVerdict(look);
  const deploy = planDeploy(target, seen, deployAskOf(asked), now);
  const after = afterVerdict(look);
  const windowAt = windowQuestionAt(look);
  const revocation = nextRevocation(seen, now);
  // A deploy looks for itself.
  const lookAt = deploy.kind === 'now' ? null : lookDueAt(target, seen, now);
  const heldUntil = [momentOf(issue), momentOf(deploy), momentOf(after)];
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
    wakeAt: earliest([...heldUntil, windowAt, revocation?.at ?? null, lookAt], now),
  };
}

function afterVerdict({ seen: { afterOwed }, asked, now }: Look): AfterVerdict {
  if (afterOwed === null) return { kind: 'none' };
  const until = afterOwed.nextAttemptAt;
  return asked === 'nothing' && holds(until, now) ? { kind: 'held', until } : { kind: 'now' };
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

function momentOf(verdict: IssueVerdict | DeployVerdict | AfterVerdict): Instant | null {
  if (verdict.kind === 'held') return verdict.until;
  return verdict.kind === 'later' ? verdict.moment.renewAt : null;
}

function earliest(moments: readonly (Instant | null)[], now: Instant): Instant | null {
  const ahead = moments.filter(moment => moment !== null).filter(moment => moment > now);
  return ahead.length === 0 ? null : Math.min(...ahead);
}
