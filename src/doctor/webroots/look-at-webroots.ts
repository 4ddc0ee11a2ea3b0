import { posix } from 'node:path';
import type { Target } from '../../core/model.ts';
import { isAddress } from '../../core/text/ip-address.ts';
import { isIpv6 } from '../../core/text/listen-address.ts';
import { portHolder } from '../../host/port-holder.ts';
import { openSlots } from '../../host/slots.ts';
import type { Examined } from '../examined.ts';
import type { Finding } from '../finding.ts';
import { resolvedPath } from '../host/resolved-path.ts';
import type { HostTools } from '../look.ts';
import { type Arrival, arrivals, type NameAddresses } from '../sites/arrivals.ts';
import { type ChallengeAnswer, challengePort } from '../sites/challenge-answer.ts';
import type { ServerKind, ServerLook } from '../sites/site.ts';
import { lookAtLabels } from './look-at-labels.ts';
import { accessFindings } from './webroot-access.ts';
import { type WebrootAnswer, webrootFindings } from './webroot-findings.ts';

/** So many names are asked for at once. */
const atOnce = 16;

/** Compares each webroot with what the web servers do with requests of a CA, and looks who may read and write there. */
export async function lookAtWebroots(
  host: Examined,
  servers: readonly ServerLook[],
  tools: HostTools,
): Promise<readonly Finding[]> {
  const uses = host.targets.flatMap(usesOf);
  if (uses.length === 0) return [];
  const holder = await portHolder({ address: '0.0.0.0', port: challengePort });
  const ways = await waysTo(uses, tools);
  const said = servers
    .filter(look => isAtPort(look, holder))
    .flatMap(look => uses.flatMap(use => saidBy(look, use, ways.get(use.domain) ?? [])));
  const answers = await Promise.all(merged(said).map(each => withFiles(each, tools)));
  const answered = new Set(said.map(({ domain }) => domain));
  const others = uses.map(({ domain }) => domain).filter(domain => !answered.has(domain));
  const unanswered = { domains: [...new Set(others)], words: nobody(holder) };
  const readers = workersOf(servers, answers);
  return [
    ...webrootFindings(answers, unanswered),
    ...(await accessFindings(host, readers, tools)),
    ...(await lookAtLabels(readers, tools)),
  ];
}

type Use = { readonly webroot: string; readonly domain: string };

function usesOf({ challenge, domains }: Target): readonly Use[] {
  return challenge.kind === 'webroot' ? domains.map(domain => ({ webroot: challenge.path, domain })) : [];
}

/** One that is only installed answers nobody where another program has the port. */
function isAtPort({ server }: ServerLook, holder: string | null): boolean {
  const programs = { nginx: /^nginx\b/, apache: /^(?:apache2|httpd)\b/, haproxy: /^haproxy\b/ };
  return holder === null || programs[server].test(holder);
}

function nobody(holder: string | null): string {
  if (holder === null) return 'no web server that could be read answers for it on port 80';
  return `${holder}, has port 80, and doctor does not follow what it does with the requests of a CA`;
}

/** By name, where its requests come in. */
async function waysTo(
  uses: readonly Use[],
  tools: HostTools,
): Promise<ReadonlyMap<string, readonly Arrival[]>> {
  const inTurn = openSlots(atOnce);
  const domains = [...new Set(uses.map(({ domain }) => domain))];
  return new Map(
    await Promise.all(
      domains.map(async domain => {
        const addresses = isAddress(domain) ? itself(domain) : await inTurn(() => tools.addressesOf(domain));
        return [domain, arrivals(addresses, tools.ownAddresses)] as const;
      }),
    ),
  );
}

function itself(address: string): NameAddresses {
  const found = { kind: 'found', values: [address] } as const;
  const none = { kind: 'none', why: 'no-record' } as const;
  return isIpv6(address) ? { ipv4: none, ipv6: found } : { ipv4: found, ipv6: none };
}

/** `isSure`: a CA that reaches the host gets this answer. */
type Said = Use & { readonly server: ServerKind; readonly answer: ChallengeAnswer; readonly isSure: boolean };

/** Each answer once; one that is sure on one way is sure. */
function saidBy(look: ServerLook, use: Use, ways: readonly Arrival[]): readonly Said[] {
  if (look.kind !== 'read' || look.web === null) return [];
  const { server, web } = look;
  const said = new Map<string, Said>();
  for (const { at, isSure } of ways) {
    const answers = at.flatMap(address => web.answer(use.domain, address) ?? []);
    const distinct = new Map(answers.map(answer => [JSON.stringify(answer), answer]));
    for (const [key, answer] of distinct) {
      const isThis = isSure && distinct.size === 1;
      said.set(key, { ...use, server, answer, isSure: isThis || said.get(key)?.isSure === true });
    }
  }
  return [...said.values()];
}

type Merged = Omit<WebrootAnswer, 'written' | 'served' | 'htaccess'>;

/** Names, and addresses of a site, that get the same answer. */
function merged(said: readonly Said[]): readonly Merged[] {
  const groups = new Map<string, Merged>();
  for (const { server, webroot, domain, answer, isSure } of said) {
    const { place, outcome } = answer;
    const what = outcome.kind === 'file' ? outcome.path : outcome.kind;
    const key = JSON.stringify([server, place, webroot, isSure, what]);
    const domains = [...new Set([...(groups.get(key)?.domains ?? []), domain])];
    groups.set(key, { server, place, webroot, outcome, isSure, domains });
  }
  return [...groups.values()];
}

async function withFiles(answer: Merged, tools: HostTools): Promise<WebrootAnswer> {
  const { outcome, webroot, server } = answer;
  const written = await resolvedPath(posix.join(webroot, '.well-known', 'acme-challenge'));
  if (outcome.kind !== 'file') return { ...answer, written, served: null, htaccess: null };
  const served = await resolvedPath(posix.dirname(outcome.path));
  return {
    ...answer,
    written,
    served,
    htaccess: server === 'apache' ? await htaccessOn(served, tools) : null,
  };
}

/** The first file on the way to a directory that Apache may read at each request. */
async function htaccessOn(directory: string, tools: HostTools): Promise<string | null> {
  const parts = directory.split('/').filter(part => part !== '');
  for (const count of parts.keys()) {
    const above = `/${parts.slice(0, count + 1).join('/')}`;
    if ((await tools.list(above))?.includes('.htaccess')) return posix.join(above, '.htaccess');
  }
  return null;
}

/** Who has to read each webroot that is served. */
function workersOf(servers: readonly ServerLook[], answers: readonly WebrootAnswer[]) {
  return answers.flatMap(({ server, webroot, outcome, served, written }) => {
    if (outcome.kind !== 'file' || served !== written) return [];
    const look = servers.find(each => each.server === server && each.kind === 'read');
    const user = look?.kind === 'read' ? (look.web?.worker ?? null) : null;
    return [{ webroot, server, user, directory: posix.dirname(outcome.path) }];
  });
}
