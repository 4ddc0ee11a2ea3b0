import { lchownSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname } from 'node:path';
import { CertdError, systemErrorOf } from '../core/errors.ts';
import { checkSocketPath } from './socket-path.ts';

/** Whoever finds the queue full is refused with EAGAIN. The kernel lowers this to net.core.somaxconn. */
const backlog = 4096;

/**
 * Listens on a Unix socket that has `mode` from birth: bind(2) is synchronous in `listen`, so the umask
 * around it leaves no moment with other permissions. A stale file of a dead process is removed; one that
 * answers belongs to a living daemon and is `locked`; anything else in its place, a link too, is left alone.
 * The caller holds the locks of the state directory, so nobody else starts at the same moment.
 */
export async function listenOnSocket(server: Server, path: string, mode: number): Promise<void> {
  checkSocketPath(path);
  // Everybody may pass; the mode of the socket says who may connect.
  withModes(0o755, () => mkdirSync(dirname(path), { recursive: true }));
  await removeStale(path);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  withModes(mode, () => server.listen(path, backlog, resolve));
  await promise;
  server.off('error', reject);
}

/** Makes the directory of the sockets for a daemon who may not make it himself; one that is there is left as it is. */
export function makeDirectoryFor(
  { uid, gid }: { readonly uid: number; readonly gid: number },
  path: string,
): void {
  withModes(0o755, () => {
    if (mkdirSync(path, { recursive: true }) !== undefined) lchownSync(path, uid, gid);
  });
}

/** What `create` makes has exactly `mode`, whatever the umask is otherwise. */
function withModes(mode: number, create: () => void): void {
  const before = process.umask(0o777 & ~mode);
  try {
    create();
  } finally {
    process.umask(before);
  }
}

async function removeStale(path: string): Promise<void> {
  if (!isThere(path)) return;
  if (await answers(path)) throw new CertdError('locked', `another certd answers on ${path}`);
  unlinkSync(path);
}

function isThere(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return false;
  if (found.isSocket()) return true;
  throw new CertdError('disk-failed', `${path} is there and is no socket; it is left as it is`);
}

function answers(path: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const probe = connect(path, () => {
    probe.destroy();
    resolve(true);
  });
  probe.once('error', thrown => {
    if (systemErrorOf(thrown)?.code === 'ECONNREFUSED') resolve(false);
    else reject(thrown);
  });
  return promise;
}
