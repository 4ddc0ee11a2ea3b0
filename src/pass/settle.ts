import { asCertdError, CertdError, logFields } from '../core/errors.ts';
import { answers, causeText } from '../core/host/host-words.ts';
import type { Asked } from '../core/issue/due.ts';
import type { Observed, Target } from '../core/model.ts';
import { planFor, type Verdict } from '../core/plan.ts';
import { loopTurn } from '../host/loop-turn.ts';
import type { IssueOutcome } from './attempt-issue.ts';
import type { PassParts } from './pass-parts.ts';
import { visitCa } from './visit-ca.ts';

/**
 * Does what one certificate needs of its CAs: asks for the window, orders; where a CA is given up, from the next of
 * the list. Never throws: one failing certificate never stops the others, and this is where whatever it threw ends.
 */
export async function settle(target: Target, asked: Asked, parts: PassParts): Promise<IssueOutcome> {
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
async function visitCas(target: Target, asked: Asked, parts: PassParts): Promise<IssueOutcome> {
  const tried = new Set<string>();
  let last: IssueOutcome = { issued: null, error: null };
  while (tried.size < target.cas.length) {
    if (parts.signal.aborted) throw new CertdError('stopped', 'certd was stopped before it looked');
    await loopTurn();
    const seen = parts.world.look(target.name);
    const verdict = planFor(target, seen, asked, parts.clock.now());
    refuseWhatWaits(verdict, seen, asked);
    if (!needsCa(verdict) || tried.has(verdict.ca.name)) return last;
    tried.add(verdict.ca.name);
    last = await visitCa(target, asked, { seen, verdict }, parts);
    if (last.error === null) return last;
  }
  return last;
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
