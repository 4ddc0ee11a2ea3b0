import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { User } from './other-users.ts';

export type RunningProcess = {
  readonly pid: number;
  readonly logFile: string;
  /** Both streams as written so far. */
  log(): string;
  /** What it ended with, or null while it runs. */
  ended(): string | null;
  /** Resolves with the exit code, null when a signal ended it. */
  readonly exit: Promise<number | null>;
  /** Asks it to end, waits five seconds, then kills. Repeatable. */
  stop(signal?: NodeJS.Signals): Promise<void>;
};

type Wish = {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Else the user of this process. */
  readonly user?: User;
  /** Standard output and standard error go here. */
  readonly logFile: string;
};

/**
 * Starts a long-running program that cannot outlive this process: the kernel ends it (setpriv(1),
 * PR_SET_PDEATHSIG) even when this process dies by SIGKILL. SIGTERM, so that nginx takes its workers along.
 */
export async function startProcess(wish: Wish): Promise<RunningProcess> {
  const log = openSync(wish.logFile, 'a');
  const { user } = wish;
  const as = user === undefined ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const child = spawn('setpriv', [...as, '--pdeathsig', 'TERM', '--', ...wish.argv], {
    stdio: ['ignore', log, log],
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', ...wish.env },
    ...(wish.cwd === undefined ? {} : { cwd: wish.cwd }),
  });
  closeSync(log);
  let end: string | null = null;
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      end = `${wish.name} ended with ${signal ?? `exit code ${code}`}`;
      resolve(code);
    });
  });
  if (child.pid === undefined) {
    await exit;
    throw new Error(`${wish.name} did not start`);
  }
  return {
    pid: child.pid,
    logFile: wish.logFile,
    log: () => readFileSync(wish.logFile, 'utf8'),
    ended: () => end,
    exit,
    stop: async (signal = 'SIGTERM') => {
      if (end !== null) return;
      child.kill(signal);
      const limit = new AbortController();
      const late = sleep(5000, 'late' as const, { signal: limit.signal, ref: false });
      const first = await Promise.race([exit, late]);
      if (first === 'late') child.kill('SIGKILL');
      else limit.abort();
      await exit;
    },
  };
}

/** An error that shows why a program is of no use: the end of its log. */
export function withLog(message: string, program: { log(): string; logFile: string }): Error {
  const tail = program.log().trimEnd().split('\n').slice(-25).join('\n');
  return new Error(`${message}\n--- end of ${program.logFile}\n${tail}`);
}
