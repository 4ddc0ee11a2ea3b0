import { readlink, realpath } from 'node:fs/promises';
import { posix } from 'node:path';
import { systemErrorOf } from '../core/errors.ts';
import type { Target } from '../core/model.ts';
import { fileFacts } from './file-facts.ts';
import type { Finding } from './finding.ts';
import { findingsOf } from './findings.ts';
import type { HostTools } from './look.ts';
import { lookAtApache } from './look-at-apache.ts';
import { lookAtHaproxy } from './look-at-haproxy.ts';
import { lookAtNginx } from './look-at-nginx.ts';
import { pathsOf } from './seen-host.ts';

type Examined = {
  readonly targets: readonly Target[];
  /** The state directory, an absolute path. */
  readonly root: string;
  readonly isRoot: boolean;
};

/** Looks at the servers of this host and at the files that they name, and says what is to be said, the worst first. */
export async function examine(
  { targets, root, isRoot }: Examined,
  tools: HostTools,
): Promise<readonly Finding[]> {
  const looks = (
    await Promise.all([lookAtNginx, lookAtApache, lookAtHaproxy].map(lookAt => lookAt(tools)))
  ).flat();
  const sites = looks.flatMap(look => (look.kind === 'read' ? look.sites : []));
  const named = sites.flatMap(pathsOf);
  // Beside a leaf, to know whether there is a chain at all.
  const beside = named.map(path => posix.join(posix.dirname(path), 'fullchain.pem'));
  const paths = [...new Set([...named, ...beside])];
  const facts = await Promise.all(paths.map(async path => [path, await fileFacts(path)] as const));
  const live = await Promise.all(targets.map(async ({ name }) => [name, await liveId(root, name)] as const));
  return findingsOf({
    targets,
    roots: [root, await whole(root)],
    live: new Map(live.flatMap(([name, id]) => (id === null ? [] : [[name, id]]))),
    looks,
    files: new Map(facts),
    isRoot,
  });
}

async function liveId(root: string, name: string): Promise<string | null> {
  const target = await orNull(() => readlink(posix.join(root, 'live', name)));
  return target === null ? null : posix.basename(target);
}

async function whole(root: string): Promise<string> {
  return (await orNull(() => realpath(root))) ?? root;
}

async function orNull<Value>(read: () => Promise<Value>): Promise<Value | null> {
  try {
    return await read();
  } catch (thrown) {
    if (systemErrorOf(thrown) !== null) return null;
    throw thrown;
  }
}
