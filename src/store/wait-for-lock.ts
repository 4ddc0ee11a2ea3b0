import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { asCertdError, CertdError } from '../core/errors.ts';
import type { Millis } from '../core/instant.ts';
import { flockEnvironment, openLockFile, takeLock } from './lock.ts';

export type Waiting = {
  readonly limitMs: Millis;
  /** Ends the waiting with `stopped`. */
  readonly signal: AbortSignal;
  /** Called where somebody else has the lock now. */
  readonly onWait: () => void;
};

/**
 * Takes a kernel lock as `takeLock` does, and waits where another process has it: flock(1) sleeps until the kernel gives it
 * the lock. Throws `locked` after the limit.
 */
export async function waitForLock(path: string, waiting: Waiting): Promise<() => void> {
  try {
    return takeLock(path);
  } catch (thrown) {
    if (asCertdError(thrown).code !== 'locked') throw thrown;
  }
  waiting.onWait();
  const descriptor = openLockFile(path);
  try {
    await sleepForIt(path, descriptor, waiting);
    return () => closeSync(descriptor);
  } catch (thrown) {
    closeSync(descriptor);
    throw thrown;
  }
}

async function sleepForIt(path: string, descriptor: number, { limitMs, signal }: Waiting): Promise<void> {
  if (signal.aborted) throw stopped(path);
  const child = spawn('flock', ['--exclusive', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
    env: flockEnvironment,
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  const kill = () => child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  try {
    const [code, killed] = await once(child, 'exit');
    if (code === 0) return;
    if (signal.aborted) throw stopped(path);
    if (killed === 'SIGKILL') {
      const minutes = Math.round(limitMs / 60_000);
      throw new CertdError('locked', `another certd has held ${path} for ${minutes} minutes`);
    }
    throw new CertdError('disk-failed', `flock(1) failed on ${path} with exit code ${code}`);
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

function stopped(path: string): CertdError {
  return new CertdError('stopped', `certd was stopped while it waited for ${path}`);
}
