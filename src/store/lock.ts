import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { CertdError } from '../core/errors.ts';

const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;

/** What flock(1) is found with. */
export const flockEnvironment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

/** The descriptor of a lock file, which is made where there is none. */
export function openLockFile(path: string): number {
  return openSync(path, flags, 0o600);
}

/**
 * Takes a kernel lock and returns its release. util-linux `flock` locks the open file description that it
 * inherits as descriptor 3 and that this process keeps open, so the kernel frees it when the process ends,
 * however it ends. Throws `locked` where another process holds it.
 */
export function takeLock(path: string): () => void {
  const descriptor = openLockFile(path);
  const result = spawnSync('flock', ['--exclusive', '--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'pipe', descriptor],
    env: flockEnvironment,
  });
  if (result.status === 0) return () => closeSync(descriptor);
  closeSync(descriptor);
  if (result.error !== undefined) {
    throw new CertdError('disk-failed', `flock(1) of util-linux could not be run: ${result.error.message}`, {
      cause: result.error,
    });
  }
  if (result.status === 1) throw new CertdError('locked', `another certd holds ${path}`);
  throw new CertdError('disk-failed', `flock(1) failed on ${path}: ${result.stderr.toString().trim()}`);
}
