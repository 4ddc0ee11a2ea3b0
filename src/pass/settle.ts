import { isAboutTheCa } from '../core/about-the-ca.ts';
import type { Asked, Reason } from '../core/due.ts';
import { asCertdError, CertdError, logFields } from '../core/errors.ts';
import type { Target } from '../core/model.ts';
import { type IssueVerdict, planFor, type Verdict } from '../core/plan.ts';
import { urgency } from '../core/urgency.ts';
import { loopTurn } from '../host/loop-turn.ts';
import { attemptIssue } from './attempt-issue.ts';
import type { PassParts } from './pass-parts.ts';
import { askWindow, authorityOf } from './renewal-window.ts';

export type Settled = {
  /** The generation that was issued. */
  readonly issued: string | null;
  readonly error: CertdError | null;
};

/**
 * Does what one certificate needs of its CA: asks for the window, orders. Never throws: one failing
 * certificate never stops the others, and this is where whatever it threw ends.
 */
export async function settle(target: Target, asked: Asked, parts: PassParts): Promise<Settled> {
  try {
    if (parts.signal.aborted) throw new CertdError('stopped', 'certd was stopped before it looked');
    await loopTurn();
    const seen = parts.world.look(target.name);
    if (!needsCa(planFor(target, seen, asked, parts.clock.now()))) return nothing;
    const { directoryUrl, issueTimeoutMs } = authorityOf(target, parts);
    const visitor = { name: target.name, rank: urgency(seen, asked) };
    const place = await parts.lanes.enter(directoryUrl, visitor, parts.signal);
    if (place.kind === 'away') return turnedAway(target, place.error, parts);
    parts.world.waits(target.name, null);
    // Two orders, the first of which was lost, and the questions for a window around them.
    const endStep = parts.beginStep(3 * issueTimeoutMs);
    try {
      return await issueWhatIsDue(target, asked, parts);
    } finally {
      endStep();
      place.leave();
    }
  } catch (thrown) {
    const error = asCertdError(thrown);
    const facts = { certificate: target.name, ...logFields(error) };
    if (error.code === 'stopped') parts.log.info(facts, 'look ended early');
    else parts.log.error(facts, 'certificate could not be looked after');
    return { issued: null, error };
  }
}

/** A blocked certificate is said at every look, in the log and by `renew`, until somebody has mended it. */
function needsCa({ issue, askWindow }: Verdict): boolean {
  if (issue.kind === 'blocked') throw new CertdError(issue.code, issue.message);
  return issue.kind === 'now' || askWindow;
}

/** No attempt, and so no failure of its own: it is due at the next look as it was at this one. */
function turnedAway({ name }: Target, { code, message }: CertdError, { log, world }: PassParts): Settled {
  const error = new CertdError(code, `not tried: ${message}`);
  // One line for all of them comes from `sendOthersAway`.
  log.debug({ certificate: name, ...logFields(error) }, 'certificate waits for the next look');
  world.waits(name, error);
  return { issued: null, error };
}

/** Above what a certificate ever needs (window, lost order, order): a defect ends here, not in a loop. */
const mostRounds = 4;

/** Acts and looks again, until there is a new generation or nothing more to do for this certificate now. */
async function issueWhatIsDue(target: Target, asked: Asked, parts: PassParts): Promise<Settled> {
  let windowAsked = false;
  let lostOrder = false;
  for (let round = 0; round < mostRounds; round++) {
    const seen = parts.world.seen(target.name);
    const verdict = planFor(target, seen, asked, parts.clock.now());
    const newest = seen.issued.at(-1);
    if (verdict.askWindow && newest !== undefined && !windowAsked) {
      windowAsked = true;
      sendOthersAway(target, await askWindow(target, newest, seen.issuer, parts), parts);
      await loopTurn();
      parts.world.look(target.name);
      continue;
    }
    const reason = reasonToOrder(verdict.issue);
    if (reason === null) return nothing;
    parts.log.info({ certificate: target.name, reason: reason.code }, 'certificate is due');
    const circumstances = { lostBefore: lostOrder, byHand: asked !== 'nothing' };
    const attempt = await attemptIssue(target, seen, circumstances, parts);
    await loopTurn();
    parts.world.look(target.name);
    sendOthersAway(target, attempt.error, parts);
    // One order that the CA lost is placed anew in the same pass; everything else waits for another one.
    if (attempt.error?.code !== 'order-gone' || lostOrder) return attempt;
    lostOrder = true;
  }
  return nothing;
}

const nothing: Settled = { issued: null, error: null };

function reasonToOrder(issue: IssueVerdict): Reason | null {
  if (issue.kind === 'blocked') throw new CertdError(issue.code, issue.message);
  return issue.kind === 'now' ? issue.reason : null;
}

function sendOthersAway(target: Target, error: CertdError | null, parts: PassParts): void {
  if (error === null || !isAboutTheCa(error)) return;
  const certificates = parts.lanes.turnAway(authorityOf(target, parts).directoryUrl, error);
  if (certificates === 0) return;
  parts.log.info({ ca: target.ca, certificates, ...logFields(error) }, 'certificates wait for their CA');
}
