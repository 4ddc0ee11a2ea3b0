import { readlink, realpath } from 'node:fs/promises';
import { posix } from 'node:path';
import { orNull } from '../host/or-null.ts';
import { lookAtApache } from './apache/look-at-apache.ts';
import type { Examined } from './examined.ts';
import { type Finding, sortFindings } from './finding.ts';
import { findingsOf } from './findings.ts';
import { lookAtHaproxy } from './haproxy/look-at-haproxy.ts';
import { examineHost } from './host/examine-host.ts';
import { fileFacts } from './host/file-facts.ts';
import type { HostSummary } from './host/host-summary.ts';
import { lookAtHost } from './host/look-at-host.ts';
import { pathsOf, type SeenHost } from './host/seen-host.ts';
import type { HostTools } from './look.ts';
import { lookAtNginx } from './nginx/look-at-nginx.ts';
import type { ServerLook } from './sites/site.ts';

/** What doctor found out. */
export type Examination = {
  readonly host: HostSummary;
  /** The worst first. */
  readonly findings: readonly Finding[];
};

/** Looks at this host, its servers and the files that they name, and says what is to be said. */
export async function examine(examined: Examined, tools: HostTools): Promise<Examination> {
  const looks = (
    await Promise.all([lookAtNginx, lookAtApache, lookAtHaproxy].map(lookAt => lookAt(tools)))
  ).flat();
  const [host, seen, ofHost] = await Promise.all([
    lookAtHost(tools),
    seenHost(examined, looks),
    examineHost(examined, looks, tools),
  ]);
  return { host, findings: sortFindings([...findingsOf(seen), ...ofHost]) };
}

async function seenHost(
  { targets, root, isRoot }: Examined,
  looks: readonly ServerLook[],
): Promise<SeenHost> {
  const sites = looks.flatMap(look => (look.kind === 'read' ? look.sites : []));
  const named = sites.flatMap(pathsOf);
  // Beside a leaf, to know whether there is a chain at all.
  const beside = named.map(path => posix.join(posix.dirname(path), 'fullchain.pem'));
  const paths = [...new Set([...named, ...beside])];
  const facts = await Promise.all(paths.map(async path => [path, await fileFacts(path)] as const));
  const live = await Promise.all(targets.map(async ({ name }) => [name, await liveId(root, name)] as const));
  return {
    targets,
    roots: [root, await whole(root)],
    live: new Map(live.flatMap(([name, id]) => (id === null ? [] : [[name, id]]))),
    looks,
    files: new Map(facts),
    isRoot,
  };
}

async function liveId(root: string, name: string): Promise<string | null> {
  const target = await orNull(() => readlink(posix.join(root, 'live', name)));
  return target === null ? null : posix.basename(target);
}

async function whole(root: string): Promise<string> {
  return (await orNull(() => realpath(root))) ?? root;
}
