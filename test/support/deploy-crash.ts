import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, DeployState } from '../../src/core/deploy/deploy-model.ts';
import type { Presented } from '../../src/core/deploy/presented.ts';
import type { Target } from '../../src/core/model.ts';
import type { Disk } from '../../src/core/ports.ts';
import { hookKey } from '../../src/deploy/owed-hooks.ts';
import type { HookRun } from '../../src/deploy/run-hook.ts';
import { readDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readPair } from '../../src/store/generation.ts';
import { type CrashHost, crashHost, target } from './crash-host.ts';
import { dyingDisk } from './dying-disk.ts';
import type { TestCa } from './make-cert.ts';
import { makeDeploy, makeEndpoint } from './make-observed.ts';
import { makeOutput } from './output-room.ts';
import { powerLossDisk } from './power-loss.ts';

/** What is wrong with the new generation. `back`: its hook fails, and so does the test on the way back, once. */
export type Cause = 'nothing' | 'test' | 'hook' | 'endpoint' | 'back';

/** A renewal that is issued and to be deployed to a server that loads what is live when it is told to. */
export type DeployCrash = {
  readonly host: CrashHost;
  readonly before: string;
  /** What the server has loaded. */
  loaded(): string | null;
  /** Commands that succeeded, each as "word generation". */
  readonly ran: readonly string[];
  /** The same of the one that the state says was running; null for none. */
  running(): string | null;
  state(): DeployState;
  /** What the output file holds, and what it should for what is live. */
  output(): { readonly found: string | null; readonly wanted: string };
  mend(): void;
  /** Back to where the renewal was about to be deployed. */
  rewind(): void;
  /** One start of the program, stopped after so many mutations and ends of commands. Resolves with whether it came so far. */
  start(after?: number, how?: Stop): Promise<boolean>;
};

/** ENOSPC, EIO: one mutation fails, and no command does. `power`: a kill, and what was not synced is gone. */
export type Stop = 'kill' | 'ENOSPC' | 'EIO' | 'power';

const argv = (word: string): Command => ({ kind: 'argv', argv: [word] });
const words = ['check', 'reload', 'tell'] as const;
const commands = words.map(argv);

export async function deployCrash(ca: TestCa, cause: Cause): Promise<DeployCrash> {
  const host = crashHost(ca);
  const dir = join(host.dir, 'out');
  mkdirSync(dir, { mode: 0o755 });
  const output = makeOutput({ path: join(dir, 'all.pem') });
  const [test = null, ...hooks] = commands;
  const verify = [makeEndpoint({ serverName: 'crash.test' })];
  const one: Target = { ...target, files: [output], deploy: makeDeploy({ test, hooks, verify }) };
  let isBroken = false;
  let failures = 0;
  let loaded: string | null = null;
  let before = '';
  const ran: string[] = [];
  const fails = (word: string, isNew: boolean): boolean => {
    if (!isBroken) return false;
    if (word === 'reload') return isNew && (cause === 'hook' || cause === 'back');
    if (word !== 'check') return false;
    return isNew ? cause === 'test' : cause === 'back' && failures++ < 1;
  };
  const run = ({ command, env }: HookRun): boolean => {
    const word = command.kind === 'argv' ? command.argv[0] : '';
    const of = env['CERTD_FINGERPRINT_SHA256']?.slice(0, 8) ?? '';
    if (fails(word, of !== before)) return false;
    if (word === 'reload') loaded = host.live();
    ran.push(`${word} ${of}`);
    return true;
  };
  const present = (): Presented => {
    const isLost = isBroken && cause === 'endpoint' && loaded !== before;
    if (loaded === null || isLost) return { kind: 'none', detail: 'connection refused' };
    const { leaf } = readPair(host.layout().deployedGeneration(target.name, idOf(loaded)));
    return { kind: 'leaf', fingerprintSha256: leaf.fingerprintSha256, notAfter: leaf.notAfter, fault: null };
  };
  const idOf = (short: string) => (short === before || before === '' ? `0001-${short}` : `0002-${short}`);
  const bounds = join(host.dir, 'bounds');
  mkdirSync(bounds);
  const partsFor = (disk: Disk, how: Stop = 'kill') => ({
    runHook: async (hookRun: HookRun) => {
      // Neither changes anything: the program can be killed at both ends of a command.
      if (how === 'kill' || how === 'power') await disk.syncDir(bounds);
      const isOk = run(hookRun);
      if (how === 'kill' || how === 'power') await disk.syncDir(bounds);
      const outcome = isOk ? ('ok' as const) : ('hook-failed' as const);
      return { outcome, detail: isOk ? 'exit 0' : 'exit 3', output: '' };
    },
    endpointLook: async () => present(),
  });
  const state = () => readDeployState(host.layout().deployState(target.name));
  await host.start(realDisk, 'nothing', { targets: [one], parts: partsFor(realDisk) });
  before = host.live() ?? '';
  host.advance(61 * 86_400_000);
  // Issued, and held until a window that is closed for hours.
  const minute = Math.floor(host.now() / 60_000) % 1440;
  const window = { from: (minute + 120) % 1440, to: (minute + 121) % 1440, timeZone: 'UTC' };
  const held = { ...one, deploy: { ...one.deploy, window } };
  await host.start(realDisk, 'nothing', { targets: [held], parts: partsFor(realDisk) });
  if (host.live() !== before || loaded !== before || host.issuer.orders.length !== 2)
    throw new Error('the renewal is not held');
  const restore = host.keep();
  const rewind = () => {
    restore();
    loaded = before;
    ran.length = 0;
    isBroken = true;
    failures = 0;
  };
  rewind();
  return {
    host,
    before,
    loaded: () => loaded,
    ran,
    running: () => {
      const { underWay } = state();
      const word = words.find((name, position) => hookKey(argv(name), position) === underWay?.running);
      const id = underWay === null || underWay.back === null ? underWay?.id : underWay.from;
      return word === undefined ? null : `${word} ${id?.slice(5)}`;
    },
    state,
    output: () => {
      const { cert, chain, key } = readPair(host.layout().liveLink(target.name));
      const found = existsSync(output.path) ? readFileSync(output.path, 'utf8') : null;
      return { found, wanted: cert + chain + key };
    },
    mend: () => {
      isBroken = false;
    },
    rewind,
    start: async (after = Number.MAX_SAFE_INTEGER, how = 'kill') => {
      const power = how === 'power' ? powerLossDisk(realDisk, host.dir) : null;
      const disk = dyingDisk(power?.disk ?? realDisk, { after, how: how === 'power' ? 'kill' : how });
      await Promise.allSettled([host.start(disk, 'nothing', { targets: [one], parts: partsFor(disk, how) })]);
      const reached = disk.calls() > after;
      if (power !== null && reached) restart(host.dir, power.leave);
      return reached;
    },
  };
}

/** The disk as the host finds it after a power loss. */
function restart(dir: string, leave: (to: string) => void): void {
  const after = join(dir, 'after');
  leave(after);
  for (const name of ['state', 'out']) {
    rmSync(join(dir, name), { recursive: true });
    renameSync(join(after, name), join(dir, name));
  }
  rmSync(after, { recursive: true });
}
