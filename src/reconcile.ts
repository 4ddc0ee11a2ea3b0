import type { Asked, Reason } from './core/due.ts';
import { asCertdError, CertdError, logFields } from './core/errors.ts';
import type { Target } from './core/model.ts';
import { type IssueVerdict, planFor } from './core/plan.ts';
import { attemptIssue } from './pass/attempt-issue.ts';
import { deployOwed } from './pass/deploy-owed.ts';
import type { PassParts } from './pass/pass-parts.ts';
import { askWindow } from './pass/renewal-window.ts';
import { observe } from './store/observe.ts';

/** What a pass did about one certificate; `error` is the last that it met and did not get over. */
export type PassResult = {
  readonly name: string;
  /** The generation that this pass issued. */
  readonly issued: string | null;
  /** The generation that this pass deployed. */
  readonly deployed: string | null;
  readonly error: CertdError | null;
};

/**
 * One pass: look at each certificate, do what the plan says, write down what happened; then deploy whatever
 * is owed, in one batch. Nothing is remembered between passes but what is on disk.
 */
export async function reconcile(
  targets: readonly Target[],
  asked: Asked,
  parts: PassParts,
): Promise<readonly PassResult[]> {
  const settled: Settled[] = [];
  for (const target of targets) {
    parts.onProgress();
    settled.push(await settle(target, asked, parts));
  }
  parts.onProgress();
  const deploys = parts.signal.aborted ? [] : await deployOwed(targets, asked, parts);
  return settled.map(({ name, issued, error }) => {
    const deploy = deploys.find(outcome => outcome.name === name);
    const deployed = deploy?.error === null ? deploy.id : null;
    return { name, issued, deployed, error: error ?? deploy?.error ?? null };
  });
}

type Settled = { readonly name: string; readonly issued: string | null; readonly error: CertdError | null };

/** One failing certificate never stops the others: this is where whatever it threw ends. */
async function settle(target: Target, asked: Asked, parts: PassParts): Promise<Settled> {
  const { name } = target;
  try {
    if (parts.signal.aborted) throw new CertdError('stopped', 'certd was stopped before it looked');
    return { name, ...(await issueWhatIsDue(target, asked, parts)) };
  } catch (thrown) {
    const error = asCertdError(thrown);
    const facts = { certificate: name, ...logFields(error) };
    if (error.code === 'stopped') parts.log.info(facts, 'look ended early');
    else parts.log.error(facts, 'certificate could not be looked after');
    return { name, issued: null, error };
  }
}

/** Above what a certificate ever needs (window, lost order, order, window): a defect ends here, not in a loop. */
const mostRounds = 6;

/** Acts and looks again, until the plan has nothing more to do for this certificate now. */
async function issueWhatIsDue(
  target: Target,
  asked: Asked,
  parts: PassParts,
): Promise<Omit<Settled, 'name'>> {
  const windowsAsked = new Set<string>();
  let question = asked;
  let lostOrder = false;
  let done: Omit<Settled, 'name'> = { issued: null, error: null };
  for (let round = 0; round < mostRounds; round++) {
    const seen = observe(parts.layout, target.name);
    const verdict = planFor(target, seen, question, parts.clock.now());
    const newest = seen.issued.at(-1);
    if (verdict.askWindow && newest !== undefined && !windowsAsked.has(newest.id)) {
      windowsAsked.add(newest.id);
      await askWindow(target, newest, seen.issuer, parts);
      continue;
    }
    const reason = reasonToOrder(verdict.issue);
    if (reason === null) return done;
    parts.log.info({ certificate: target.name, reason: reason.code }, 'certificate is due');
    const attempt = await attemptIssue(target, seen, lostOrder, parts);
    done = { issued: attempt.issued ?? done.issued, error: attempt.error };
    // One order that the CA lost is placed anew in the same pass; everything else waits for another one.
    if (attempt.error !== null && (attempt.error.code !== 'order-gone' || lostOrder)) return done;
    lostOrder = attempt.error !== null;
    if (!lostOrder) question = 'nothing';
  }
  return done;
}

/** A blocked certificate is said at every look, in the log and by `renew`, until somebody has mended it. */
function reasonToOrder(issue: IssueVerdict): Reason | null {
  if (issue.kind === 'blocked') throw new CertdError(issue.code, issue.message);
  return issue.kind === 'now' ? issue.reason : null;
}
