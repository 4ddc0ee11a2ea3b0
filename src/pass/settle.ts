import type { Authority } from '../config/config.ts';
import { isAboutTheCa } from '../core/about-the-ca.ts';
import { troublesAfter } from '../core/ca-trouble.ts';
import type { Asked, Reason } from '../core/due.ts';
import { asCertdError, CertdError, logFields } from '../core/errors.ts';
import { isUntouched } from '../core/host-change.ts';
import { answers, causeText } from '../core/host-words.ts';
import type { IssueVerdict } from '../core/issue-verdict.ts';
import type { CaChoice, Observed, Target } from '../core/model.ts';
import { planFor, type Verdict } from '../core/plan.ts';
import { urgency } from '../core/urgency.ts';
import { loopTurn } from '../host/loop-turn.ts';
import { writeIssuerState } from '../store/issuer-state.ts';
import { attemptIssue } from './attempt-issue.ts';
import { ownAccounts } from './own-accounts.ts';
import type { PassParts } from './pass-parts.ts';
import { askWindow, authorityOf, issuedBy } from './renewal-window.ts';

export type Settled = {
  /** The generation that was issued. */
  readonly issued: string | null;
  readonly error: CertdError | null;
};

/**
 * Does what one certificate needs of its CAs: asks for the window, orders; where a CA is given up, from the next of
 * the list. Never throws: one failing certificate never stops the others, and this is where whatever it threw ends.
 */
export async function settle(target: Target, asked: Asked, parts: PassParts): Promise<Settled> {
  try {
    return await visitCas(target, asked, parts);
  } catch (thrown) {
    const error = asCertdError(thrown);
    const facts = { certificate: target.name, ...logFields(error) };
    if (error.code === 'stopped') parts.log.info(facts, 'look ended early');
    else parts.log.error(facts, 'certificate could not be looked after');
    return { issued: null, error };
  }
}

/** Each CA once at most: also a person who asks does not ask the same one again for what it has just refused. */
async function visitCas(target: Target, asked: Asked, parts: PassParts): Promise<Settled> {
  const tried = new Set<string>();
  for (let last = nothing; ; ) {
    if (parts.signal.aborted) throw new CertdError('stopped', 'certd was stopped before it looked');
    await loopTurn();
    const seen = parts.world.look(target.name);
    const verdict = planFor(target, seen, asked, parts.clock.now());
    refuseWhatWaits(verdict, seen, asked);
    if (!needsCa(verdict) || tried.has(verdict.ca.name)) return last;
    tried.add(verdict.ca.name);
    last = await visitCa(target, asked, { seen, verdict }, parts);
    if (last.error === null || tried.size === target.cas.length) return last;
  }
}

async function visitCa(
  target: Target,
  asked: Asked,
  { seen, verdict }: { readonly seen: Observed; readonly verdict: Verdict },
  parts: PassParts,
): Promise<Settled> {
  const { directoryUrl, issueTimeoutMs } = authorityAsked(verdict, seen, parts);
  const visitor = { name: target.name, rank: urgency(seen, asked) };
  const place = await parts.lanes.enter(directoryUrl, visitor, parts.signal);
  if (place.kind === 'away') return turnedAway(target, { seen, ca: verdict.ca, error: place.error }, parts);
  parts.world.waits(target.name, null);
  // Two orders, the first of which was lost, and the questions for a window around them.
  const endStep = parts.beginStep(3 * issueTimeoutMs);
  try {
    return await issueWhatIsDue(target, asked, parts);
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

/**
 * A blocked certificate is said at every look, in the log and by `renew`, until somebody has mended it; one that waits for
 * a person, to that person.
 */
function refuseWhatWaits({ issue }: Verdict, { host }: Observed, asked: Asked): void {
  if (issue.kind === 'blocked') throw new CertdError(issue.code, issue.message);
  if (issue.kind === 'asks' && asked !== 'nothing') {
    const cause = causeText(host.change?.cause ?? null);
    throw new CertdError('host-changed', `nothing is ordered, since ${cause}. Say ${answers}`);
  }
}

function needsCa({ issue, askWindow }: Verdict): boolean {
  return issue.kind === 'now' || askWindow;
}

type Away = { readonly seen: Observed; readonly ca: CaChoice; readonly error: CertdError };

/** No attempt, and so no failure of its own: it is due at the next look as it was at this one, perhaps at another CA. */
async function turnedAway(target: Target, { seen, ca, error }: Away, parts: PassParts): Promise<Settled> {
  const { log, world, clock } = parts;
  const away = new CertdError(error.code, `not tried: ${error.message}`);
  // One line for all of them comes from `sendOthersAway`.
  log.debug({ certificate: target.name, ...logFields(away) }, 'certificate waits for the next look');
  const isNew = !seen.issuer.troubles.some(trouble => trouble.ca === ca.name);
  if (isNew && target.cas.length > 1) {
    const troubles = troublesAfter(seen.issuer.troubles, ca.name, error, clock.now());
    const file = parts.layout.issuerState(target.name);
    await writeIssuerState(parts.disk, file, { ...seen.issuer, troubles });
  }
  world.waits(target.name, away);
  return { issued: null, error: away };
}

/** Above what a certificate ever needs (window, new account, lost order, order): a defect ends here, not in a loop. */
const mostRounds = 6;

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
      const error = await askWindow(target, newest, seen.issuer, parts);
      sendOthersAway(issuedBy(newest, parts), error, parts);
      await loopTurn();
      parts.world.look(target.name);
      continue;
    }
    const reason = reasonToOrder(verdict.issue);
    if (reason === null) return nothing;
    await ownAccounts(parts);
    if (!isOwn(seen, parts)) continue;
    parts.log.info({ certificate: target.name, reason: reason.code }, 'certificate is due');
    const authority = authorityOf(verdict.ca, parts);
    const circumstances = { ca: verdict.ca, authority, lostBefore: lostOrder, byHand: asked !== 'nothing' };
    const attempt = await parts.hostGuard.attempts.use(async () =>
      isOwn(seen, parts) ? attemptIssue(target, seen, circumstances, parts) : null,
    );
    if (attempt === null) continue;
    await loopTurn();
    parts.world.look(target.name);
    sendOthersAway(authority, attempt.error, parts);
    // One order that the CA lost is placed anew in the same pass; everything else waits for another one.
    if (attempt.error?.code !== 'order-gone' || lostOrder) return attempt;
    lostOrder = true;
  }
  return nothing;
}

/** Whether what was seen is still so: the account is this host's, and was not replaced meanwhile. */
function isOwn({ name, host }: Observed, { world }: PassParts): boolean {
  return !isUntouched(host.change) && world.seen(name).host.change === host.change;
}

const nothing: Settled = { issued: null, error: null };

function reasonToOrder(issue: IssueVerdict): Reason | null {
  if (issue.kind === 'blocked') throw new CertdError(issue.code, issue.message);
  return issue.kind === 'now' ? issue.reason : null;
}

function sendOthersAway(authority: Authority | null, error: CertdError | null, parts: PassParts): void {
  if (authority === null) return;
  if (error === null) parts.lanes.reached(authority.directoryUrl);
  if (error === null || !isAboutTheCa(error)) return;
  const certificates = parts.lanes.turnAway(authority.directoryUrl, error);
  if (certificates === 0) return;
  parts.log.info({ ca: authority.name, certificates, ...logFields(error) }, 'certificates wait for their CA');
}
