import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess, withLog } from '../run-process.ts';
import { waitUntil } from '../wait-until.ts';
import { hostImage } from './host-image.ts';
import { type HostJournal, readJournal } from './host-journal.ts';
import { placeFile } from './place-certd.ts';
import { childOf, type Inside, inside, type Outcome, runInside, succeedBy } from './run-inside.ts';

/** Debian 12 with systemd, or the suite of CERTD_HOST_SUITE, in a container that shares the network of the test (scripts/in-netns). */
export type BootedHost = {
  /** Where this process finds a file of the host. */
  at(path: string): string;
  /** Runs a command, for two minutes at most. */
  run(argv: readonly string[], wish?: Inside): Promise<Outcome>;
  /** Its standard output; throws unless it ends with exit code 0. */
  succeed(...argv: readonly string[]): Promise<string>;
  /** What its services have logged since this test file booted it. */
  readonly journal: HostJournal;
  /** `systemctl reboot`, until all services of the next boot are up. */
  reboot(): Promise<void>;
  /** Ends every process at once, as a power cut does, and boots again. What is written stays. */
  cutPower(): Promise<void>;
  /** Ends every process at once, for good. Repeatable. */
  stop(): Promise<void>;
};

/** "Started certd.service." in the journal of each version; from 249 on the name is there by default, before it is not. */
const unitsByName = '[Manager]\nStatusUnitFormat=name\n';

const script = join(import.meta.dirname, 'boot-host.sh');

/**
 * Boots a copy of the image that lives in memory. `place` writes what else is on its disk into the directory that
 * it is given. Nothing of it outlives this process, however that ends.
 */
export async function bootHost(place: (root: string) => Promise<void> | void): Promise<BootedHost> {
  const image = hostImage();
  const dir = await mkdtemp(join(tmpdir(), 'certd-host-'));
  for (const each of ['disk', 'files/var/log/journal']) mkdirSync(join(dir, each), { recursive: true });
  placeFile(join(dir, 'files'), '/etc/systemd/system.conf.d/host.conf', unitsByName);
  await place(join(dir, 'files'));
  const container = await startProcess({
    name: 'the booted host',
    argv: ['unshare', '--mount', 'sh', script, image, dir, `certd-host-${process.pid}`],
    logFile: join(dir, 'console.log'),
  });
  const stop = async () => {
    await container.stop();
    rmSync(dir, { recursive: true });
  };
  let leader = 0;
  const journal = readJournal();
  const run = (argv: readonly string[], wish?: Inside) => runInside(leader, argv, wish);
  const untilUp = async () => {
    const before = leader;
    const next = () => waitUntilUp(container.pid, before);
    leader = await next().catch((thrown: unknown) => {
      throw withLog(`${String(thrown)}: ${String((thrown as Error).cause)}`, container);
    });
    journal.follow(inside(leader, ['journalctl', '--follow', '--no-tail', '--output=json']));
  };
  try {
    await untilUp();
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  return {
    at: path => `/proc/${leader}/root${path}`,
    run,
    succeed: succeedBy(run),
    journal,
    reboot: async () => {
      // The end of a host waits for every process in it.
      await journal.stop();
      await run(['systemctl', 'reboot']);
      await untilUp();
    },
    cutPower: async () => {
      writeFileSync(join(dir, 'again'), '');
      await journal.stop();
      process.kill(childOf(container.pid), 'SIGKILL');
      await untilUp();
    },
    stop: async () => {
      await journal.stop();
      if (container.ended() === null) await stop();
    },
  };
}

/** The host's process 1 as seen from here, once it has started all that it has to. `before`: that of an earlier boot. */
function waitUntilUp(container: number, before: number): Promise<number> {
  const find = async () => {
    // The script, `unshare`, systemd-nspawn, and systemd.
    const leader = childOf(childOf(childOf(container)));
    if (leader === before) return null;
    const { stdout, stderr } = await runInside(leader, ['systemctl', 'is-system-running']);
    if (stdout.trim() === 'running') return leader;
    throw new Error(`${stdout}${stderr}${await failedUnits(leader)}`);
  };
  return waitUntil('the host has booted', find, 90_000);
}

async function failedUnits(leader: number): Promise<string> {
  return (await runInside(leader, ['systemctl', '--failed', '--no-legend'])).stdout;
}
