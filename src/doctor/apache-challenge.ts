import { posix } from 'node:path';
import { apacheAccess } from './apache-access.ts';
import { apacheAlias } from './apache-aliases.ts';
import type { ApacheDirective } from './apache-directives.ts';
import { apacheRewrite } from './apache-rewrites.ts';
import { namesOf, socketOf } from './apache-sites.ts';
import {
  type ChallengeAnswer,
  type ChallengeOutcome,
  challengePort,
  challengeUri,
} from './challenge-answer.ts';

type Block = readonly ApacheDirective[];
type Host = { readonly place: string; readonly own: Block; readonly names: readonly string[] };

/** How this Apache httpd answers a CA on port 80 for one name. */
export function apacheAnswers(
  configuration: Block,
  serverRoot: string,
  domain: string,
): readonly ChallengeAnswer[] {
  const listens = configuration
    .filter(({ name }) => name === 'listen')
    .map(({ args }) => socketOf(args[0] ?? ''));
  if (!listens.some(({ port }) => port === challengePort)) return [];
  const outside = configuration.filter(({ name }) => name !== 'virtualhost');
  const hosts = hostsByAddress(configuration);
  // What no virtual host is there for the main server answers.
  if (hosts.size === 0) hosts.set('*', [{ place: 'the main server', own: [], names: [] }]);
  return [...hosts].map(([address, all]) => {
    const host = all.find(({ names }) => names.some(name => nameFits(domain, name))) ?? all[0];
    const { place, own } = host ?? { place: 'the main server', own: [] };
    return { place, address, outcome: outcomeIn(own, outside, serverRoot, domain) };
  });
}

function hostsByAddress(configuration: Block): Map<string, Host[]> {
  const hosts = new Map<string, Host[]>();
  for (const { name, args, block, file, line } of configuration) {
    if (name !== 'virtualhost' || block === null) continue;
    const host = { place: `${file}:${line}`, own: block, names: namesOf(block) };
    for (const { address, port } of args.map(socketOf)) {
      if (port !== null && port !== challengePort) continue;
      hosts.set(address ?? '*', [...(hosts.get(address ?? '*') ?? []), host]);
    }
  }
  return hosts;
}

/** ServerAlias takes `*` and `?`. */
function nameFits(domain: string, name: string): boolean {
  return name === domain || (/[*?]/.test(name) && posix.matchesGlob(domain, name));
}

function outcomeIn(own: Block, outside: Block, serverRoot: string, domain: string): ChallengeOutcome {
  // Rules belong to their server; of the rest a virtual host has what stands outside, too, its own first.
  const all = [...own, ...outside];
  const early = apacheRewrite(own.length === 0 ? outside : own, domain) ?? apacheAlias(all, serverRoot);
  if (early !== null && early.kind !== 'file') return early;
  const root = all.find(({ name }) => name === 'documentroot')?.args[0];
  const path =
    early?.path ?? (root === undefined ? null : posix.join(posix.resolve(serverRoot, root), challengeUri));
  if (path === null) return { kind: 'unclear', words: 'it has no DocumentRoot' };
  if (/[$%]\{/.test(path))
    return { kind: 'unclear', words: `its files are in ${path}, known only while it runs` };
  return apacheAccess(path, [...outside, ...own]) ?? { kind: 'file', path };
}
