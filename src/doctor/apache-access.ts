import { posix } from 'node:path';
import type { ApacheDirective } from './apache-directives.ts';
import { type ChallengeOutcome, challengeUri, patternOf } from './challenge-answer.ts';

type Block = readonly ApacheDirective[];

/**
 * Whether the sections that hold for a file let a CA read it; null where they do. Directories from the outermost on, then
 * patterns, then locations: the last that says something decides (httpd manual, "Configuration Sections").
 */
export function apacheAccess(path: string, directives: Block): ChallengeOutcome | null {
  const directory = posix.dirname(path);
  const sections = [
    ...directives
      .filter(
        ({ name, args }) => name === 'directory' && args[0] !== '~' && isAbove(args[0] ?? '', directory),
      )
      .toSorted((one, other) => (one.args[0] ?? '').length - (other.args[0] ?? '').length),
    ...directives.filter(each => isPattern(each, 'directory') && fits(each, `${directory}/`)),
    ...directives.filter(
      ({ name, args }) => name === 'location' && args[0] !== '~' && isAbove(args[0] ?? '', challengeUri),
    ),
    ...directives.filter(each => isPattern(each, 'location') && fits(each, challengeUri)),
  ];
  const rewrites = sections.find(({ block }) => block?.some(({ name }) => name === 'rewriterule') === true);
  if (rewrites !== undefined)
    return unclear(`${placeOf(rewrites)} rewrites, which doctor does not follow there`);
  const handled = sections.find(({ block }) =>
    block?.some(({ name }) => ['sethandler', 'proxypass'].includes(name)),
  );
  if (handled !== undefined) return unclear(`${placeOf(handled)} gives it to a program or another server`);
  const rules = sections.flatMap(({ block }) => [(block ?? []).filter(({ name }) => /^require/.test(name))]);
  return (
    rules
      .findLast(each => each.length > 0)
      ?.map(ruleOutcome)
      .find(each => each !== null) ?? null
  );
}

function isPattern({ name, args }: ApacheDirective, kind: 'directory' | 'location'): boolean {
  return name === `${kind}match` || (name === kind && args[0] === '~');
}

/** A pattern that JavaScript does not know may fit. */
function fits({ args }: ApacheDirective, subject: string): boolean {
  const pattern = patternOf((args[0] === '~' ? args[1] : args[0]) ?? '');
  return pattern === null || pattern.test(subject);
}

/** A directory or a location, also with wildcards, that has the path in it. */
function isAbove(section: string, path: string): boolean {
  const bare = section === '/' ? section : section.replace(/\/$/, '');
  if (bare === '/' || path === bare || path.startsWith(`${bare}/`)) return true;
  return /[*?[]/.test(bare) && (posix.matchesGlob(path, bare) || posix.matchesGlob(path, `${bare}/**`));
}

function ruleOutcome(rule: ApacheDirective): ChallengeOutcome | null {
  const words = rule.args.join(' ').toLowerCase();
  if (rule.name === 'require' && words === 'all granted') return null;
  if (rule.name === 'require' && words === 'all denied') {
    return { kind: 'refused', words: `${placeOf(rule)} denies it` };
  }
  return unclear(`${placeOf(rule)} lets in only some (${rule.name} ${words})`);
}

function placeOf({ file, line }: ApacheDirective): string {
  return `${file}:${line}`;
}

function unclear(words: string): ChallengeOutcome {
  return { kind: 'unclear', words };
}
