import { posix } from 'node:path';
import { addressText } from '../../core/text/ip-address.ts';
import { isLoopback } from '../names/public-address.ts';
import {
  type ChallengeAnswer,
  type ChallengeOutcome,
  challengePort,
  challengeUri,
} from '../sites/challenge-answer.ts';
import { apacheAccess } from './apache-access.ts';
import { apacheAlias } from './apache-aliases.ts';
import type { ApacheDirective } from './apache-directives.ts';
import { apacheRewrite } from './apache-rewrites.ts';
import { namesOf, socketOf } from './apache-sites.ts';

type Block = readonly ApacheDirective[];
type Host = { readonly place: string; readonly own: Block; readonly names: readonly string[] };
const mainServer: Host = { place: 'the main server', own: [], names: [] };

/** How this Apache httpd answers a CA on port 80 for one name; null where it does not listen at this address. */
export function apacheAnswer(
  configuration: Block,
  serverRoot: string,
  domain: string,
  at: string,
): ChallengeAnswer | null {
  const listens = configuration
    .filter(({ name }) => name === 'listen')
    .map(({ args }) => socketOf(args[0] ?? ''));
  const isHere = listens.some(
    ({ address, port }) => port === challengePort && (address === null || sameAddress(address, at)),
  );
  if (!isHere) return null;
  const outside = configuration.filter(({ name }) => name !== 'virtualhost');
  const hosts = hostsAt(at, configuration);
  const host = hosts.find(({ names }) => names.some(name => nameFits(domain, name))) ?? hosts[0];
  // What no virtual host is there for the main server answers.
  const { place, own } = host ?? mainServer;
  return { place, outcome: outcomeIn(own, outside, serverRoot, domain) };
}

/** Those with an address of their own go before those with any. */
function hostsAt(at: string, configuration: Block): readonly Host[] {
  const hosts = configuration.flatMap(({ name, args, block, file, line }) => {
    if (name !== 'virtualhost' || block === null) return [];
    const host = { place: `${file}:${line}`, own: block, names: namesOf(block) };
    return args
      .map(socketOf)
      .filter(({ port }) => port === null || port === challengePort)
      .map(({ address }) => ({ address, host }));
  });
  const exact = hosts.filter(({ address }) => address !== null && sameAddress(address, at));
  const found = exact.length > 0 ? exact : hosts.filter(({ address }) => address === null);
  return found.map(({ host }) => host);
}

/** A name that Apache looked up when it started may be any address. */
function sameAddress(written: string, at: string): boolean {
  if (written === 'localhost') return isLoopback(at);
  const address = addressText(written);
  return address === null || address === at;
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
