import { patternOf } from '../sites/challenge-answer.ts';

/**
 * How well a name fits those of a server, as nginx weighs them: 4 the name itself, 3 a pattern at its beginning, 2 one at
 * its end, 1 a regular expression, 0 not at all. Longer patterns weigh more.
 */
export function nameFits(domain: string, names: readonly string[]): number {
  return Math.max(0, ...names.map(name => weightOf(domain, name)));
}

function weightOf(domain: string, written: string): number {
  if (written.startsWith('~')) return patternOf(written.slice(1), 'i')?.test(domain) === true ? 1 : 0;
  const name = written.toLowerCase();
  // `.a.example` is the name itself and all below it.
  if (domain === name.replace(/^\./, '')) return 4;
  const length = Math.min(name.length, 999) / 1000;
  const [, below] = /^(?:\*?)(\..+)$/.exec(name) ?? [];
  if (below !== undefined) return domain.endsWith(below) ? 3 + length : 0;
  return name.endsWith('.*') && domain.startsWith(name.slice(0, -1)) ? 2 + length : 0;
}
