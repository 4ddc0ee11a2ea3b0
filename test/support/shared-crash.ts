import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, DeployState } from '../../src/core/deploy/deploy-model.ts';
import type { Target } from '../../src/core/model.ts';
import type { Disk } from '../../src/core/ports.ts';
import type { HookRun } from '../../src/deploy/run-hook.ts';
import { readDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readPair } from '../../src/store/generation.ts';
import { type CrashHost, crashHost, target } from './crash-host.ts';
import { dyingDisk } from './dying-disk.ts';
import type { TestCa } from './make-cert.ts';
import { makeDeploy } from './make-observed.ts';

/** `good` and `bad` share their test and their reload; while the new one of `bad` is live the test fails. */
type Which = 'good' | 'bad';

export type SharedCrash = {
  readonly host: CrashHost;
  /** What was live of each before the renewal. */
  readonly before: Readonly<Record<Which, string>>;
  /** Reloads, each as what the server has loaded then. */
  readonly loads: readonly Readonly<Record<Which, string>>[];
  /** Which generation of it is live. Throws where key, leaf and chain do not fit. */
  live(which: Which): string;
  state(which: Which): DeployState;
  mend(): void;
  /** Back to where the renewals were about to be deployed. */
  rewind(): void;
  /** One start of the program, killed after so many mutations and ends of commands. Resolves with whether it came so far. */
  start(killedAfter?: number): Promise<boolean>;
};

const argv = (word: string): Command => ({ kind: 'argv', argv: [word] });
const deploy = makeDeploy({ test: argv('check'), hooks: [argv('reload')] });
const targets: Readonly<Record<Which, Target>> = {
  good: { ...target, deploy },
  bad: { ...target, name: 'bad.test', domains: ['bad.test'], deploy },
};

/** Two renewals that are issued and to be deployed to one server. */
export async function sharedCrash(ca: TestCa): Promise<SharedCrash> {
  const host = crashHost(ca);
  const bounds = join(host.dir, 'bounds');
  mkdirSync(bounds);
  const live = (which: Which) =>
    readPair(host.layout().liveLink(targets[which].name)).leaf.fingerprintSha256.slice(0, 8);
  const both = () => ({ good: live('good'), bad: live('bad') });
  const state = (which: Which) => readDeployState(host.layout().deployState(targets[which].name));
  const loads: Record<Which, string>[] = [];
  let before: Record<Which, string> | null = null;
  const partsFor = (disk: Disk) => ({
    runHook: async ({ command }: HookRun) => {
      await disk.syncDir(bounds);
      const isTest = command.kind === 'argv' && command.argv[0] === 'check';
      const fails = isTest && before !== null && live('bad') !== before.bad;
      if (!isTest) loads.push(both());
      await disk.syncDir(bounds);
      const outcome = fails ? ('hook-failed' as const) : ('ok' as const);
      return { outcome, detail: fails ? 'exit 1' : 'exit 0', output: '' };
    },
  });
  const pass = (disk: Disk, list: readonly Target[]) =>
    host.start(disk, 'nothing', { targets: list, parts: partsFor(disk) });
  await pass(realDisk, Object.values(targets));
  const first = both();
  host.advance(61 * 86_400_000);
  // Issued, and held until a window that is closed for hours.
  const minute = Math.floor(host.now() / 60_000) % 1440;
  const window = { from: (minute + 120) % 1440, to: (minute + 121) % 1440, timeZone: 'UTC' };
  await pass(
    realDisk,
    Object.values(targets).map(each => ({ ...each, deploy: { ...deploy, window } })),
  );
  if (live('good') !== first.good || host.issuer.orders.length !== 4) {
    throw new Error('the renewals are not held');
  }
  const restore = host.keep();
  const rewind = () => {
    restore();
    loads.length = 0;
    before = first;
  };
  rewind();
  return {
    host,
    before: first,
    loads,
    live,
    state,
    mend: () => {
      before = null;
    },
    rewind,
    start: async (killedAfter = Number.MAX_SAFE_INTEGER) => {
      const disk = dyingDisk(realDisk, { after: killedAfter, how: 'kill' });
      await Promise.allSettled([pass(disk, Object.values(targets))]);
      return disk.calls() > killedAfter;
    },
  };
}
