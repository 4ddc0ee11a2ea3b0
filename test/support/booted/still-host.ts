import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess, withLog } from '../run-process.ts';
import { waitUntil } from '../wait-until.ts';
import { hostImage } from './host-image.ts';
import { childOf, type Inside, type Outcome, runInside, succeedBy } from './run-inside.ts';

/** Debian 12 in which nothing runs but what the test starts: there in a twentieth of a second. */
export type StillHost = {
  /** Where this process finds a file of the host. */
  at(path: string): string;
  run(argv: readonly string[], wish?: Inside): Promise<Outcome>;
  /** Its standard output; throws unless it ends with exit code 0. */
  succeed(...argv: readonly string[]): Promise<string>;
  /** Ends every process in it. Repeatable. */
  stop(): Promise<void>;
};

/** `place` writes what else is on its disk, which lies in memory, into the directory that it is given. */
export async function startStillHost(place: (root: string) => void): Promise<StillHost> {
  const image = hostImage();
  const dir = await mkdtemp(join(tmpdir(), 'certd-still-'));
  for (const each of ['disk', 'files']) mkdirSync(join(dir, each));
  place(join(dir, 'files'));
  const namespaces = ['unshare', '--mount', '--pid', '--fork', '--kill-child'] as const;
  const container = await startProcess({
    name: 'the still host',
    argv: [...namespaces, 'sh', join(import.meta.dirname, 'still-host.sh'), image, dir],
    logFile: join(dir, 'console.log'),
  });
  const up = () => {
    if (container.ended() !== null) throw withLog('the still host ended', container);
    const leader = childOf(container.pid);
    return existsSync(`/proc/${leader}/root/run/still`) ? leader : null;
  };
  const leader = await waitUntil('the still host is there', up, 10_000);
  const run = (argv: readonly string[], wish?: Inside) => runInside(leader, argv, wish);
  return {
    at: path => `/proc/${leader}/root${path}`,
    run,
    succeed: succeedBy(run),
    stop: async () => {
      // What it asks unshare(1) for ends with it, and nothing else does.
      await container.stop('SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
