import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CertdProcess, startAgain } from '../../test/support/certd-process.ts';
import type { Stack } from '../../test/support/stack.ts';
import { cpuMs } from './figures.ts';
import { isOnPath } from './peer-program.ts';

export type IdlePass = {
  readonly cpuMs: number;
  /** That Pebble saw in all the passes. */
  readonly requests: number;
  /** Directories read and files opened in ten passes; null without strace. */
  readonly walks: { readonly listed: number; readonly opened: number } | null;
};

const settleMs = 8000;
const passes = 30;

/**
 * What a pass with nothing due costs: a daemon that looks every second against the same one that does not.
 * Takes one that does not, and stops it.
 */
export async function measureIdlePass(
  stack: Stack,
  certd: CertdProcess,
  everySecond: string,
): Promise<IdlePass> {
  await sleep(settleMs);
  const seen = stack.pebble.requests().length;
  const still = await cpuOf(certd.process.pid);
  await certd.stop();
  await certd.configure(everySecond);
  const busy = await startAgain(certd);
  await sleep(settleMs);
  const looking = await cpuOf(busy.process.pid);
  const walks = isOnPath('strace') ? await countWalks(busy) : null;
  await busy.stop();
  return {
    cpuMs: Math.max(0, looking - still) / passes,
    requests: stack.pebble.requests().length - seen,
    walks,
  };
}

async function cpuOf(pid: number): Promise<number> {
  const before = cpuMs(pid);
  await sleep(passes * 1000);
  return cpuMs(pid) - before;
}

async function countWalks(certd: CertdProcess): Promise<{ listed: number; opened: number }> {
  const file = join(certd.dir, 'strace.log');
  const calls = '--trace=openat,getdents64';
  const strace = spawn('strace', ['--follow-forks', calls, '-o', file, '-p', String(certd.process.pid)], {
    stdio: 'ignore',
  });
  await sleep(10_000);
  strace.kill('SIGINT');
  await once(strace, 'exit');
  const log = readFileSync(file, 'utf8');
  return { listed: log.split('getdents64(').length - 1, opened: log.split('openat(').length - 1 };
}
