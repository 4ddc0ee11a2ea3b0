import type { Instant } from '../instant.ts';
import type { Verdict } from '../plan.ts';
import { mostShown } from './most-shown.ts';

/** What of a plan a person is shown, most urgent first, and what is only counted. */
export type PlanView = { readonly shown: readonly Verdict[]; readonly rest: PlanRest | null };

export type PlanRest = {
  /** How many certificates come within these times; only what there is. */
  readonly counts: readonly { readonly words: string; readonly count: number }[];
  readonly next: { readonly name: string; readonly at: Instant };
  /** How many of them ask their CA for a renewal window now. */
  readonly asking: number;
};

const day = 86_400_000;

/** The counts of the rest: longest times last. */
const spans: readonly { readonly words: string; readonly within: number }[] = [
  { words: 'within a week', within: 7 * day },
  { words: 'within 30 days', within: 30 * day },
  { words: 'later', within: Number.POSITIVE_INFINITY },
];

/**
 * Up to twenty certificates are all shown, and so are any that were asked for by name (`named`). Of more, those for
 * which something is to be done now or within a day, or which somebody has to mend, are shown.
 */
export function planView(verdicts: readonly Verdict[], now: Instant, named: boolean): PlanView {
  const entries = verdicts
    .map(verdict => ({ verdict, at: doneAt(verdict, now) }))
    .toSorted((a, b) => a.at - b.at);
  const urgent = named || entries.length <= mostShown ? entries : entries.filter(({ at }) => at <= now + day);
  const rest = entries.slice(urgent.length);
  return { shown: urgent.map(({ verdict }) => verdict), rest: restOf(rest, now) };
}

/** When something is done: what waits for a person comes before what is done now. */
function doneAt({ issue, deploy }: Verdict, now: Instant): Instant {
  const waitsForPerson = issue.kind === 'blocked' || issue.kind === 'revoked' || issue.kind === 'asks';
  if (waitsForPerson) return Number.NEGATIVE_INFINITY;
  if (issue.kind === 'now' || deploy.kind === 'now') return now;
  const order = issue.kind === 'held' ? issue.until : issue.moment.renewAt;
  return Math.max(now, deploy.kind === 'held' ? Math.min(order, deploy.until) : order);
}

function restOf(
  entries: readonly { readonly verdict: Verdict; readonly at: Instant }[],
  now: Instant,
): PlanRest | null {
  const [first] = entries;
  if (first === undefined) return null;
  const counts = spans.map(({ words, within }, index) => {
    const after = spans[index - 1]?.within ?? 0;
    const count = entries.filter(({ at }) => at > now + after && at <= now + within).length;
    return { words, count };
  });
  return {
    counts: counts.filter(({ count }) => count > 0),
    next: { name: first.verdict.name, at: first.at },
    asking: entries.filter(({ verdict }) => verdict.askWindow).length,
  };
}
