import type { Answer } from './answer.ts';
import { linkTargets } from './links.ts';
import { leadingName, type Problem } from './problem-document.ts';
import { safeText } from './text.ts';

/** What a CA answered in place of a success: its own words, and the places that it names. */
export function wordsOfAnswer(answer: Answer, problem: Problem | null): string {
  if (problem === null) return `HTTP ${answer.status} without a problem document`;
  const places = [wordsOf(problem), termsText(answer, problem), helpText(answer, problem)];
  return places.filter(text => text !== '').join(' ');
}

/** A problem with its subproblems: each domain that has one is named, those with the same one together. */
function wordsOf(problem: Problem): string {
  const { instance, unpauseUrl, subproblems } = problem;
  const places = [instance, unpauseUrl].filter(place => place !== null).map(place => ` See ${place}`);
  const own = `${detailOf(problem)} (${problem.name})${places.join('')}`;
  return [
    own,
    ...wordsByDomain(subproblems.map(sub => ({ domain: sub.domain ?? 'another', problem: sub }))),
  ].join('; ');
}

/** `a.example, b.example: words`; equal words once. */
export function wordsByDomain(
  found: readonly { readonly domain: string; readonly problem: Problem }[],
): readonly string[] {
  const domainsOf = new Map<string, string[]>();
  for (const { domain, problem } of found) {
    const words = wordsOf(problem);
    const domains = domainsOf.get(words) ?? [];
    if (!domains.includes(domain)) domains.push(domain);
    domainsOf.set(words, domains);
  }
  return [...domainsOf].map(([words, domains]) => `${domains.join(', ')}: ${words}`);
}

/** The place to go to is said behind it, as a whole. */
function detailOf({ detail, unpauseUrl }: Problem): string {
  if (unpauseUrl === null) return detail;
  return detail.replace(/ *(?:Please visit: *)?https:\/\/\S*$/, '');
}

/** Of new terms the CA gives the place in a Link (RFC 8555 §7.3.3), beside the `instance` where a person agrees. */
function termsText(answer: Answer, problem: Problem): string {
  if (leadingName(problem) !== 'userActionRequired') return '';
  const [terms] = linkTargets(answer.headers['link'], 'terms-of-service');
  return terms === undefined ? '' : `The terms are at ${safeText(terms)}`;
}

/** Where a limit is explained (§6.6), unless the words say so themselves. */
function helpText(answer: Answer, problem: Problem): string {
  if (leadingName(problem) !== 'rateLimited' || /https?:/.test(problem.detail)) return '';
  const [help] = linkTargets(answer.headers['link'], 'help');
  return help === undefined ? '' : `It is explained at ${safeText(help)}`;
}
