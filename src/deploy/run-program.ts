import { execa } from 'execa';
import type { Millis } from '../core/instant.ts';

export type ProgramRun = {
  readonly argv: readonly [string, ...string[]];
  readonly timeoutMs: Millis;
  /** Bytes of each stream; a program that writes more is killed. */
  readonly limit: number;
};

/** `failed`: why there is no whole answer, in words; null where the program ended with exit code 0. */
export type ProgramResult = {
  readonly failed: string | null;
  readonly stdout: string;
  readonly stderr: string;
};

const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/** How long what a killed program leaves behind may hold its pipes. */
const graceMs = 1000;

/** Runs a program that answers and ends, with no input and an environment of its own, and keeps all that it prints. */
export async function runProgram({ argv, timeoutMs, limit }: ProgramRun): Promise<ProgramResult> {
  const [file, ...args] = argv;
  const child = execa(file, args, {
    stdin: 'ignore',
    reject: false,
    extendEnv: false,
    env: environment,
    cwd: '/',
    maxBuffer: limit,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(resolve, timeoutMs + graceMs, null);
  const result = await Promise.race([child, late]);
  clearTimeout(timer);
  if (result === null) {
    child.stdout.destroy();
    child.stderr.destroy();
    return { failed: timeoutText(timeoutMs), stdout: '', stderr: '' };
  }
  const { stdout, stderr } = result;
  if (result.timedOut) return { failed: timeoutText(timeoutMs), stdout, stderr };
  if (result.isMaxBuffer) return { failed: `it printed more than ${limit} bytes`, stdout, stderr };
  if (result.exitCode === undefined) {
    return {
      failed: result.signal ? `killed by ${result.signal}` : 'it could not be started',
      stdout,
      stderr,
    };
  }
  return { failed: result.exitCode === 0 ? null : `exit ${result.exitCode}`, stdout, stderr };
}

function timeoutText(timeoutMs: Millis): string {
  return `killed after ${timeoutMs / 1000} s`;
}
