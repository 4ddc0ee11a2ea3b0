import { posix } from 'node:path';
import type { Target } from '../core/model.ts';
import { portHolder } from '../host/port-holder.ts';
import { type ChallengeAnswer, challengePort } from './challenge-answer.ts';
import type { Examined } from './examined.ts';
import type { Finding } from './finding.ts';
import type { HostTools } from './look.ts';
import { resolvedPath } from './resolved-path.ts';
import type { ServerKind, ServerLook } from './site.ts';
import { accessFindings } from './webroot-access.ts';
import { type WebrootAnswer, webrootFindings } from './webroot-findings.ts';

/** Compares each webroot with what the web servers do with requests of a CA, and looks who may read and write there. */
export async function lookAtWebroots(
  host: Examined,
  servers: readonly ServerLook[],
  tools: HostTools,
): Promise<readonly Finding[]> {
  const uses = host.targets.flatMap(usesOf);
  if (uses.length === 0) return [];
  const holder = await portHolder({ address: '0.0.0.0', port: challengePort });
  const said = servers.filter(look => isAtPort(look, holder)).flatMap(look => saidBy(look, uses));
  const answers = await Promise.all(merged(said).map(each => withFiles(each, tools)));
  const answered = new Set(said.map(({ domain }) => domain));
  const others = uses.map(({ domain }) => domain).filter(domain => !answered.has(domain));
  const unanswered = { domains: [...new Set(others)], words: nobody(holder) };
  return [
    ...webrootFindings(answers, unanswered),
    ...(await accessFindings(host, workersOf(servers, answers), tools)),
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

type Said = Use & { readonly server: ServerKind; readonly answer: ChallengeAnswer };

function saidBy(look: ServerLook, uses: readonly Use[]): readonly Said[] {
  if (look.kind !== 'read' || look.web === null) return [];
  const { server, web } = look;
  return uses.flatMap(use => web.answers(use.domain).map(answer => ({ ...use, server, answer })));
}

type Merged = Omit<WebrootAnswer, 'written' | 'served' | 'htaccess'>;

/** Names, and addresses of a site, that get the same answer. */
function merged(said: readonly Said[]): readonly Merged[] {
  const groups = new Map<string, Merged>();
  for (const { server, webroot, domain, answer } of said) {
    const { place, outcome } = answer;
    const key = JSON.stringify([
      server,
      place,
      webroot,
      outcome.kind === 'file' ? outcome.path : outcome.kind,
    ]);
    const domains = [...new Set([...(groups.get(key)?.domains ?? []), domain])];
    groups.set(key, { server, place, webroot, outcome, domains });
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
  return answers
    .filter(({ outcome, served, written }) => outcome.kind === 'file' && served === written)
    .map(({ server, webroot }) => {
      const look = servers.find(each => each.server === server && each.kind === 'read');
      return { webroot, server, user: look?.kind === 'read' ? (look.web?.worker ?? null) : null };
    });
}
