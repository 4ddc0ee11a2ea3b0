import { type ExecFileException, execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** `code`: as a shell has it, so above 128 after a signal. */
export type Outcome = { readonly code: number; readonly stdout: string; readonly stderr: string };

export type Inside = {
  /** A user of the host, with its groups; else root. */
  readonly user?: string;
  /** Beside a PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; else none. */
  readonly input?: string;
};

/** Runs a command in the namespaces of a process, for two minutes at most. */
export function runInside(leader: number, argv: readonly string[], wish: Inside = {}): Promise<Outcome> {
  const [program, ...args] = inside(leader, argv, wish);
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { timeout: 120_000, encoding: 'utf8' }, (error, stdout, stderr) => {
      const code = error === null ? 0 : (error.code ?? afterSignal(error));
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else reject(error);
    });
    // It may have ended without reading.
    child.stdin?.on('error', () => {});
    child.stdin?.end(wish.input ?? '');
  });
}

/** The standard output of what `run` runs; throws unless it ends with exit code 0. */
export function succeedBy(run: (argv: readonly string[]) => Promise<Outcome>) {
  return async (...argv: readonly string[]): Promise<string> => {
    const outcome = await run(argv);
    if (outcome.code !== 0) throw new Error(`${argv.join(' ')}: ${JSON.stringify(outcome)}`);
    return outcome.stdout;
  };
}

function afterSignal({ killed = false, signal }: ExecFileException): number | null {
  return killed || !signal ? null : 128 + constants.signals[signal];
}

/** The command that runs another one in the namespaces of a process. */
export function inside(
  leader: number,
  argv: readonly string[],
  { user, env = {} }: Inside = {},
): readonly [string, ...string[]] {
  const namespaces = ['--mount', '--uts', '--ipc', '--pid', '--cgroup'];
  const as = user === undefined ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups'];
  const variables = Object.entries({ PATH: '/usr/sbin:/usr/bin', ...env });
  const pairs = variables.map(([name, value]) => `${name}=${value}`);
  return ['nsenter', `--target=${leader}`, ...namespaces, '--', 'env', '-i', ...pairs, ...as, ...argv];
}

/** The only child of a process. */
export function childOf(pid: number): number {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  if (child === undefined) throw new Error(`process ${pid} has no child`);
  return Number(child);
}
