import type { Instant } from '../core/instant.ts';
import type { Verdict } from '../core/plan.ts';
import { mostShown } from '../core/status/most-shown.ts';
import { type PlanRest, planView } from '../core/status/plan-view.ts';
import { firstNames } from '../core/text/first-names.ts';
import { plainText } from '../core/text/plain-text.ts';
import { relativeText } from '../core/text/time-text.ts';
import { planLines } from './plan-lines.ts';
import { wrap } from './wrap.ts';

/** `named`: the certificates were asked for by name, and all are shown. */
type Style = { readonly width: number; readonly now: Instant; readonly named: boolean };

/** What `certd plan` prints: most urgent first, and of many certificates how many come later. */
export function planText(verdicts: readonly Verdict[], { width, now, named }: Style): string {
  const { shown, rest } = planView(verdicts, now, named);
  const single = shown.map(verdict => ({ names: [verdict.name], what: planLines(verdict, now) }));
  const entries = named || shown.length <= mostShown ? single : alike(single);
  const lines = entries.flatMap(({ names, what: [order, ...further] }) => [
    ...wrap(plainText(`${namesText(names)}: ${order}`), { width, first: '', next: '    ' }),
    ...further.flatMap(line => wrap(plainText(line), { width, first: '  ', next: '    ' })),
  ]);
  const end = rest === null ? [] : ['', ...restLines(rest, now)];
  lines.push(...end.flatMap(text => wrap(text, { width, first: '', next: '  ' })));
  return lines.map(line => `${line}\n`).join('');
}

type Entry = { readonly names: readonly string[]; readonly what: ReturnType<typeof planLines> };

/** Certificates for which the very same is to be done make one entry, in the place of the first. */
function alike(entries: readonly Entry[]): readonly Entry[] {
  const groups = Map.groupBy(entries, ({ what }) => what.join('\n'));
  return [...groups.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    return { what: first.what, names: [first, ...more].flatMap(({ names }) => names) };
  });
}

function namesText(names: readonly string[]): string {
  return names.length < 4 ? names.join(', ') : `${names.length} certificates, ${firstNames(names, 3)}`;
}

function restLines({ counts, next, asking }: PlanRest, now: Instant): readonly string[] {
  const all = counts.reduce((sum, { count }) => sum + count, 0);
  const when = counts.map(({ words, count }) => `${count} ${words}`).join(', ');
  const text = `and ${all} more: ${when}; the next is ${next.name} ${relativeText(next.at, now)}`;
  const question = `${asking} of these ask their CA for a renewal window now`;
  return [plainText(text), ...(asking > 0 ? [question] : []), 'certd plan NAME shows one'];
}
