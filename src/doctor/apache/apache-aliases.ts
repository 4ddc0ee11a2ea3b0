import { posix } from 'node:path';
import { type ChallengeOutcome, challengeUri, patternOf, unclear } from '../sites/challenge-answer.ts';
import type { ApacheDirective } from './apache-directives.ts';

type Block = readonly ApacheDirective[];

/** What mod_alias and mod_proxy do with the request for a token; null where it is for DocumentRoot. */
export function apacheAlias(directives: Block, serverRoot: string): ChallengeOutcome | null {
  const first = (names: readonly string[]) => {
    for (const directive of directives.filter(({ name }) => names.includes(name))) {
      const outcome = outcomeOf(directive, serverRoot);
      if (outcome !== null) return outcome;
    }
    return null;
  };
  const proxied = first(['proxypass', 'proxypassmatch', 'jkmount']);
  if (proxied !== null && proxied !== 'pass') return proxied;
  const found =
    first(['redirect', 'redirectpermanent', 'redirecttemp', 'redirectmatch']) ??
    first(['alias', 'aliasmatch', 'scriptalias', 'scriptaliasmatch']) ??
    // Aliases go before it.
    first(['wsgiscriptalias', 'wsgiscriptaliasmatch']);
  return found === 'pass' ? null : found;
}

function outcomeOf(directive: ApacheDirective, serverRoot: string): ChallengeOutcome | 'pass' | null {
  const { name, args } = directive;
  const place = `${directive.file}:${directive.line}`;
  const [status, rest] = name.startsWith('redirect') ? withStatus(args) : ['', args];
  const [from = '', to = ''] = rest;
  const fits = name.endsWith('match') ? (patternOf(from)?.test(challengeUri) ?? null) : isFor(from, name);
  if (fits === null) return unclear(`${place} has a pattern that doctor does not know`);
  if (!fits) return null;
  if (/^(?:proxy|jk)/.test(name)) return to === '!' ? 'pass' : unclear(`${place} gives it to ${to}`);
  if (/^(?:wsgi)?script/.test(name)) return unclear(`${place} gives it to a program`);
  if (name.startsWith('redirect')) {
    if (/^(?:gone|4\d\d|5\d\d)$/.test(status))
      return { kind: 'refused', words: `${place} answers with ${status}` };
    const more = name.endsWith('match') ? '' : challengeUri.slice(from.length);
    return { kind: 'redirect', to: `${to}${more}`, place };
  }
  if (name === 'aliasmatch') return unclear(`${place} is an alias in a regular expression`);
  return { kind: 'file', path: posix.resolve(serverRoot, `${to}${challengeUri.slice(from.length)}`) };
}

/** `Redirect permanent / https://…`: the status may be left out. */
function withStatus(args: readonly string[]): readonly [string, readonly string[]] {
  const [first = ''] = args;
  return /^(?:permanent|temp|seeother|gone|\d{3})$/.test(first) ? [first, args.slice(1)] : ['', args];
}

/** mod_jk alone has wildcards there. */
function isFor(path: string, name: string): boolean {
  if (name !== 'jkmount') return isBelow(path);
  return path.includes('*') ? challengeUri.startsWith(path.replace(/\*.*$/, '')) : path === challengeUri;
}

function isBelow(path: string): boolean {
  return challengeUri === path || challengeUri.startsWith(path.endsWith('/') ? path : `${path}/`);
}
