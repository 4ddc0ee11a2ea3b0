import { execa } from 'execa';
import type { Command } from '../core/deploy/deploy-model.ts';
import { systemErrorOf } from '../core/errors.ts';
import type { Millis } from '../core/instant.ts';

export type HookOutcome = 'ok' | 'hook-failed' | 'hook-timeout' | 'hook-not-found' | 'stopped';

/** `output` is the end of what the hook printed on both streams, at most 16 KiB. */
export type HookResult = { readonly outcome: HookOutcome; readonly detail: string; readonly output: string };

export type HookRun = {
  readonly command: Command;
  readonly env: Record<string, string>;
  readonly timeoutMs: Millis;
  /**
   * How long a killed group has before SIGKILL, and a finished hook's pipes before they are closed. After a
   * stop of certd at most three seconds: the host's own shutdown does not wait for ever.
   */
  readonly graceMs: Millis;
  readonly signal: AbortSignal;
};

const outputLimit = 16 * 1024;

const longestStopGraceMs: Millis = 3000;

/** From SIGKILL to giving up, after a stop. */
const lastWaitMs: Millis = 1000;

const stopped = { outcome: 'stopped', detail: 'certd was stopped' } as const;

type Child = ReturnType<typeof spawn>;

/**
 * Runs one deploy hook in a process group of its own, with exactly the given environment and no input.
 * Takes at most its limit and twice the grace. A process that a finished hook leaves behind is left alone
 * but no longer listened to; at the limit the whole group is killed.
 */
export async function runHook({ command, env, timeoutMs, graceMs, signal }: HookRun): Promise<HookResult> {
  if (signal.aborted) return { ...stopped, output: '' };
  const child = spawn(command, env);
  const output = tailOf(child);
  const limits = limit(child, { timeoutMs, graceMs, signal });
  const errno = await Promise.race([child.then(errnoOf), limits.gaveUp]);
  const { reason, spared } = limits.end();
  switch (reason) {
    case 'timeout':
      return { outcome: 'hook-timeout', detail: timeoutText(timeoutMs, spared), output: output() };
    case 'aborted':
      return { ...stopped, detail: stopText(spared), output: output() };
    case null:
      return { ...judge(child, errno), output: output() };
  }
}

/** `spared`: why it could not be killed, or null. */
function timeoutText(timeoutMs: Millis, spared: string | null): string {
  const limit = `${timeoutMs / 1000} s`;
  return spared === null ? `killed after ${limit}` : `still runs after ${limit}: kill failed with ${spared}`;
}

function stopText(spared: string | null): string {
  return spared === null
    ? stopped.detail
    : `${stopped.detail}, and the hook still runs: kill failed with ${spared}`;
}

function spawn(command: Command, env: Record<string, string>) {
  const [file, ...args]: readonly [string, ...string[]] =
    command.kind === 'argv' ? command.argv : ['/bin/sh', '-c', command.script];
  return execa(file, args, {
    detached: true,
    cleanup: false,
    stdin: 'ignore',
    buffer: false,
    all: true,
    reject: false,
    extendEnv: false,
    cwd: '/',
    env,
  });
}

function judge({ nodeChildProcess: child }: Child, errno: string | null): Omit<HookResult, 'output'> {
  if (child.exitCode === 0) return { outcome: 'ok', detail: 'exit 0' };
  if (errno === 'ENOENT') return { outcome: 'hook-not-found', detail: 'no such program' };
  if (errno === 'EACCES') return { outcome: 'hook-not-found', detail: 'not executable' };
  if (child.signalCode !== null) return { outcome: 'hook-failed', detail: `killed by ${child.signalCode}` };
  if (child.exitCode !== null && child.exitCode > 0) {
    return { outcome: 'hook-failed', detail: `exit ${child.exitCode}` };
  }
  return { outcome: 'hook-failed', detail: `it could not be started: ${errno ?? 'unknown reason'}` };
}

/** Holds the group to its time, and afterwards its pipes to theirs. */
function limit(
  child: Child,
  { timeoutMs, graceMs, signal }: Pick<HookRun, 'timeoutMs' | 'graceMs' | 'signal'>,
) {
  let reason: 'timeout' | 'aborted' | null = null;
  const timers: NodeJS.Timeout[] = [];
  const { promise: gaveUp, resolve } = Promise.withResolvers<null>();
  const giveUp = () => {
    child.all?.destroy();
    // What could not be killed must not keep certd from ending.
    child.nodeChildProcess.unref();
    resolve(null);
  };
  const stop = (why: 'timeout' | 'aborted') => {
    // What a hook that has ended leaves behind is not held to its limit.
    if (reason !== null || hasEnded(child)) return;
    reason = why;
    const grace = why === 'aborted' ? Math.min(graceMs, longestStopGraceMs) : graceMs;
    killGroup(child.pid, 'SIGTERM');
    timers.push(
      setTimeout(killGroup, grace, child.pid, 'SIGKILL'),
      setTimeout(giveUp, grace + (why === 'aborted' ? Math.min(graceMs, lastWaitMs) : graceMs)),
    );
  };
  const abort = () => stop('aborted');
  const closePipes = () => timers.push(setTimeout(giveUp, graceMs));
  timers.push(setTimeout(stop, timeoutMs, 'timeout'));
  signal.addEventListener('abort', abort, { once: true });
  child.nodeChildProcess.once('exit', closePipes);
  return {
    gaveUp,
    /** `spared`: the errno that kept the group alive, or null. */
    end: () => {
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      child.nodeChildProcess.off('exit', closePipes);
      // The leader may have obeyed SIGTERM while a child of its group did not.
      return { reason, spared: reason === null ? null : killGroup(child.pid, 'SIGKILL') };
    },
  };
}

function hasEnded({ nodeChildProcess: child }: Child): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/**
 * The errno where nothing of the group could be killed; null where it was, or is gone. EPERM is no defect: a
 * hook through sudo(8) runs as a user that an unprivileged certd may not touch (kill(2)).
 */
function killGroup(pid: number | undefined, name: NodeJS.Signals): string | null {
  if (pid === undefined) return null;
  try {
    process.kill(-pid, name);
    return null;
  } catch (thrown) {
    // Called by timers: whatever is thrown here would end certd.
    const errno = systemErrorOf(thrown)?.code ?? 'an unknown error';
    return errno === 'ESRCH' ? null : errno;
  }
}

function tailOf(child: Child): () => string {
  let tail = Buffer.alloc(0);
  child.all?.on('data', (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-outputLimit);
  });
  return () => tail.toString('utf8');
}

function errnoOf(result: object): string | null {
  return 'code' in result && typeof result.code === 'string' ? result.code : null;
}
