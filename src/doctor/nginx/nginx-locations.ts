import { challengeUri, patternOf } from '../sites/challenge-answer.ts';
import type { NginxDirective } from './nginx-directives.ts';

type Block = readonly NginxDirective[];

/** The location that a request ends in, with those around it from the outermost on. */
export type LocationPath =
  | { readonly kind: 'found'; readonly path: readonly NginxDirective[] }
  | { readonly kind: 'unclear'; readonly pattern: NginxDirective };

/**
 * The location for the request of a token, as ngx_http_core_find_location looks for it: the longest prefix, unless a regular
 * expression fits, which `^~` keeps out. None: the path is empty.
 */
export function nginxLocation(block: Block): LocationPath {
  const locations = block.filter(({ name, block }) => name === 'location' && block !== null);
  const prefixes = byPrefix(locations);
  if (prefixes.kind === 'unclear') return prefixes;
  const last = prefixes.path.at(-1);
  // A regular expression inside has won already.
  if (last !== undefined && ['^~', '~', '~*'].includes(modifierOf(last))) return prefixes;
  return byPattern(locations) ?? prefixes;
}

function byPrefix(locations: Block): LocationPath {
  const [longest] = locations
    .filter(each => ['', '^~'].includes(modifierOf(each)) && challengeUri.startsWith(uriOf(each)))
    .sort((one, other) => uriOf(other).length - uriOf(one).length);
  return longest === undefined ? { kind: 'found', path: [] } : below(longest);
}

/** The first that fits; null without one. */
function byPattern(locations: Block): LocationPath | null {
  for (const location of locations.filter(each => modifierOf(each).startsWith('~'))) {
    const pattern = patternOf(uriOf(location), modifierOf(location) === '~*' ? 'i' : '');
    if (pattern === null) return { kind: 'unclear', pattern: location };
    if (pattern.test(challengeUri)) return below(location);
  }
  return null;
}

function below(location: NginxDirective): LocationPath {
  const inside = nginxLocation(location.block ?? []);
  return inside.kind === 'unclear' ? inside : { kind: 'found', path: [location, ...inside.path] };
}

/** `=`, `^~`, `~`, `~*`, `@` for a named one, or nothing. It may stand together with the pattern. */
export function modifierOf({ args }: NginxDirective): string {
  const [first = ''] = args;
  if (args.length > 1) return first;
  return /^(?:=|\^~|~\*?|@)/.exec(first)?.[0] ?? '';
}

export function uriOf(location: NginxDirective): string {
  const { args } = location;
  return args.length > 1 ? (args[1] ?? '') : (args[0] ?? '').slice(modifierOf(location).length);
}
