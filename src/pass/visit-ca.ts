import type { Authority } from '../config/config.ts';
import { CertdError } from '../core/errors.ts';
import { isUntouched } from '../core/host/host-change.ts';
import type { Asked, Reason } from '../core/issue/due.ts';
import type { IssueVerdict } from '../core/issue/issue-verdict.ts';
import { urgency } from '../core/issue/urgency.ts';
import type { Observed, Target } from '../core/model.ts';
import { planFor, type Verdict } from '../core/plan.ts';
import { loopTurn } from '../host/loop-turn.ts';
import { attemptIssue, type IssueOutcome } from './attempt-issue.ts';
import { ownAccounts } from './own-accounts.ts';
import type { PassParts } from './pass-parts.ts';
import { askWindow, authorityOf, issuedBy } from './renewal-window.ts';
import { sendOthersAway, turnedAway } from './turn-away.ts';

/**
 * Waits for a place at the CA that this verdict leads to, and does there what is due by then: asks for the window, then
 * orders. An outcome without a generation and without an error: nothing more is due now.
 */
export async function visitCa(
  target: Target,
  asked: Asked,
  { seen, verdict }: { readonly seen: Observed; readonly verdict: Verdict },
  parts: PassParts,
): Promise<IssueOutcome> {
  const { directoryUrl, issueTimeoutMs } = authorityAsked(verdict, seen, parts);
  const visitor = { name: target.name, rank: urgency(seen, asked) };
  const place = await parts.lanes.enter(directoryUrl, visitor, parts.signal);
  if (place.kind === 'away') return turnedAway(target, { seen, ca: verdict.ca, error: place.error }, parts);
  parts.world.waits(target.name, null);
  // Two orders, the first of which was lost, and the questions for a window around them.
  const endStep = parts.beginStep(3 * issueTimeoutMs);
  try {
    await askWindowWhereDue(target, asked, parts);
    const outcome = await orderWhereDue(target, asked, { lostBefore: false }, parts);
    // One order that the CA lost is placed anew in the same pass; everything else waits for another one.
    if (outcome.error?.code !== 'order-gone') return outcome;
    return await orderWhereDue(target, asked, { lostBefore: true }, parts);
  } finally {
    endStep();
    place.leave();
  }
}

/** The CA that is asked first: for an order the one of the verdict, for a window alone the one that issued. */
function authorityAsked({ ca, issue }: Verdict, { issued }: Observed, parts: PassParts): Authority {
  const newest = issued.at(-1);
  const isOrder = issue.kind === 'now' || newest === undefined;
  return (isOrder ? null : issuedBy(newest, parts)) ?? authorityOf(ca, parts);
}

async function askWindowWhereDue(target: Target, asked: Asked, parts: PassParts): Promise<void> {
  const seen = parts.world.seen(target.name);
  const newest = seen.issued.at(-1);
  if (newest === undefined || !planFor(target, seen, asked, parts.clock.now()).askWindow) return;
  const error = await askWindow(target, newest, seen.issuer, parts);
  sendOthersAway(issuedBy(newest, parts), error, parts);
  await loopTurn();
  parts.world.look(target.name);
}

/** Each replacement of the accounts needs another one: a defect ends here, not in a loop. */
const mostRounds = 6;

/** Makes an attempt, with an account of this host's own. */
async function orderWhereDue(
  target: Target,
  asked: Asked,
  { lostBefore }: { readonly lostBefore: boolean },
  parts: PassParts,
): Promise<IssueOutcome> {
  for (let round = 0; round < mostRounds; round++) {
    const seen = parts.world.seen(target.name);
    const { ca, issue } = planFor(target, seen, asked, parts.clock.now());
    const reason = reasonToOrder(issue);
    if (reason === null) break;
    await ownAccounts(parts);
    const authority = authorityOf(ca, parts);
    const attempt = { target, seen, ca, authority, lostBefore, byHand: asked !== 'nothing' };
    const outcome = await parts.hostGuard.attempts.use(async () => {
      if (!isOwn(seen, parts)) return null;
      parts.log.info({ certificate: target.name, reason: reason.code }, 'certificate is due');
      return attemptIssue(attempt, parts);
    });
    if (outcome === null) continue;
    await loopTurn();
    parts.world.look(target.name);
    sendOthersAway(authority, outcome.error, parts);
    return outcome;
  }
  return { issued: null, error: null };
}

function reasonToOrder(issue: IssueVerdict): Reason | null {
  if (issue.kind === 'blocked') throw new CertdError(issue.code, issue.message);
  return issue.kind === 'now' ? issue.reason : null;
}

/** Whether what was seen is still so: the account is this host's, and was not replaced meanwhile. */
function isOwn({ name, host }: Observed, { world }: PassParts): boolean {
  return !isUntouched(host.change) && world.seen(name).host.change === host.change;
}
