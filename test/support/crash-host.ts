import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { webrootSolver } from '../../src/challenge/webroot.ts';
import type { Authority } from '../../src/config/config.ts';
import { configOf } from '../../src/core/half.ts';
import type { Asked } from '../../src/core/issue/due.ts';
import type { Counters } from '../../src/core/metrics/counters.ts';
import type { Target } from '../../src/core/model.ts';
import type { Disk } from '../../src/core/ports.ts';
import { openCounters } from '../../src/daemon/counters.ts';
import { openDeployerSession } from '../../src/daemon/deployer-session.ts';
import type { DeployResult } from '../../src/daemon/run-deploy.ts';
import { runOwed } from '../../src/daemon/run-owed.ts';
import { openIssuerSession, openSession } from '../../src/daemon/session.ts';
import { openTraffic } from '../../src/daemon/traffic.ts';
import { openLog } from '../../src/log.ts';
import type { PassParts } from '../../src/pass/pass-parts.ts';
import { type PassResult, reconcile } from '../../src/reconcile.ts';
import { readPair } from '../../src/store/generation.ts';
import { type Layout, layoutAt } from '../../src/store/layout.ts';
import { takeRequests } from '../../src/store/take-requests.ts';
import { tokenRecord } from '../../src/store/tokens.ts';
import { openWorld } from '../../src/store/world.ts';
import { generateKey } from '../../src/x509/keys.ts';
import { createRequest } from '../../src/x509/request.ts';
import { datelessGate } from './dateless-gate.ts';
import { fakeClock } from './fake-clock.ts';
import { type FakeIssuer, fakeIssuer } from './fake-issuer.ts';
import type { TestCa } from './make-cert.ts';
import { makeDeploy } from './make-observed.ts';
import { ownUid } from './state-dir.ts';

const day = 86_400_000;

/** Hundreds of runs with dozens of fsyncs each: in memory where the machine has such a place. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export const target: Target = {
  name: 'crash.test',
  domains: ['crash.test', 'www.crash.test'],
  cas: [{ name: 'test', profile: null, preferredChain: null, settings: '' }],
  keyType: 'ecdsa-p256',
  keyReuse: false,
  challenge: { kind: 'webroot', path: '' },
  renewAt: null,
  files: [],
  deployDigest: '0123456789abcdef',
  attempt: { before: [], after: [] },
  onClone: 'renew',
  deploy: makeDeploy({
    hooks: [
      { kind: 'argv', argv: ['first'] },
      { kind: 'argv', argv: ['second'] },
    ],
  }),
};

export const authority: Authority = {
  name: 'test',
  directoryUrl: 'https://ca.test/dir',
  stagingUrl: null,
  trustFile: null,
  rootsFile: null,
  eab: null,
  issueTimeoutMs: 600_000,
  validationPort: 80,
};

/** A whole certd without its daemon: real store, plan and webroot; the CA and the clock are the test's. */
export type CrashHost = {
  readonly dir: string;
  readonly issuer: FakeIssuer;
  /** Hooks that ran, each as "command generation". */
  readonly hooksRun: readonly string[];
  layout(): Layout;
  /** Moves to another copy of the state, as a disk after a power loss. */
  moveState(root: string): void;
  advance(ms: number): void;
  /** One start of the program: session, one pass, end. Throws what the program would die of. */
  start(
    disk: Disk,
    asked: Asked,
    more?: {
      readonly targets?: readonly Target[];
      /** What a pass acts through, changed. */
      readonly parts?: Partial<PassParts>;
    },
  ): Promise<readonly PassResult[]>;
  /** The same with another job than a pass. */
  run<T>(disk: Disk, job: (parts: PassParts) => Promise<T>): Promise<T>;
  /** The same of an issuer alone. */
  runIssuer<T>(disk: Disk, job: (parts: PassParts) => Promise<T>): Promise<T>;
  /** One run of a deployer of its own, as its unit starts it. */
  runDeployer(
    disk: Disk,
    more?: { readonly targets?: readonly Target[]; readonly parts?: Partial<PassParts> },
  ): Promise<readonly DeployResult[]>;
  /** Warnings and errors that were logged, each with its fields. */
  readonly logged: readonly LogLine[];
  /** What was counted since the first start. */
  counted(): Counters;
  now(): number;
  /** What is live, read as a web server does; null where nothing is. Throws where the pair does not fit. */
  live(): string | null;
  webrootFiles(): readonly string[];
  /** Remembers disk, clock, CA, hooks and log as they are now; what it returns brings them back, as often as it is called. */
  keep(): () => void;
  remove(): void;
};

type LogLine = { readonly level: number; readonly msg: string; readonly [field: string]: unknown };

export function crashHost(ca: TestCa): CrashHost {
  const dir = realpathSync(mkdtempSync(join(memory, 'certd-crash-')));
  const kept = `${dir}.kept`;
  const webroot = join(dir, 'webroot');
  mkdirSync(webroot);
  const clock = fakeClock(Date.now());
  const issuer = fakeIssuer({ ca, now: clock.now, lifetimeMs: 90 * day });
  const hooksRun: string[] = [];
  const logged: LogLine[] = [];
  const tally = openCounters();
  const log = openLog({ level: 'warn', style: 'json', write: line => logged.push(JSON.parse(line)) });
  let root = join(dir, 'state');
  const partsFor = (disk: Disk, traffic = openTraffic(clock.now)): PassParts => ({
    half: 'both',
    disk,
    layout: layoutAt(root),
    clock,
    random: () => 0.5,
    log,
    authorities: new Map([['test', authority]]),
    knownAuthorities: new Map([['test', authority]]),
    issuerFor: () => issuer,
    accountFor: () => {
      throw new Error('the fake issuer has no account');
    },
    solverFor: () =>
      webrootSolver({
        path: webroot,
        disk,
        ledger: tokenRecord(disk, layoutAt(root), () => {}),
        tokenFiles: traffic.tokenFiles,
      }),
    rehearse: async () => {},
    generateKey,
    createRequest,
    chainGate: datelessGate([ca.pem]),
    runHook: async ({ command, env }) => {
      const words = command.kind === 'argv' ? command.argv.join(' ') : command.script;
      hooksRun.push(`${words} ${env['CERTD_FINGERPRINT_SHA256']?.slice(0, 8)}`);
      return { outcome: 'ok', detail: 'exit 0', output: '' };
    },
    ...traffic,
    world: openWorld(layoutAt(root)),
    // A batch waits for every certificate of its pass.
    timer: () => () => {},
    beginStep: () => () => {},
    tally,
    signal: new AbortController().signal,
  });
  // The kernel's lock is no mutation; taking it for real would only cost two processes a start.
  const sessionHost = ({ log }: PassParts) => ({ uid: ownUid, log, takeLock: () => () => {} });
  const run: CrashHost['run'] = async (disk, job) => {
    const parts = partsFor(disk);
    await openSession(disk, parts.layout, sessionHost(parts));
    return job(parts);
  };
  const runIssuer: CrashHost['run'] = async (disk, job) => {
    const parts: PassParts = { ...partsFor(disk), half: 'issuer' };
    await openIssuerSession(disk, parts.layout, sessionHost(parts));
    return job(parts);
  };
  const runDeployer: CrashHost['runDeployer'] = async (disk, { targets = [target], parts: changed } = {}) => {
    const parts = { ...partsFor(disk), ...changed, half: 'deployer' } as const;
    const { layout, log } = parts;
    await openDeployerSession(disk, layout, { uid: ownUid, log, takeLock: async () => () => {} });
    await takeRequests(disk, layout);
    const request = { names: null, ask: 'nobody' } as const;
    return (await runOwed(configOf('deployer', { certificates: targets }), parts, request)).results;
  };
  return {
    dir,
    issuer,
    hooksRun,
    logged,
    counted: tally.read,
    now: clock.now,
    layout: () => layoutAt(root),
    moveState: to => {
      root = to;
    },
    advance: clock.advance,
    run,
    runIssuer,
    runDeployer,
    start: (disk, asked, { targets = [target], parts: changed } = {}) =>
      run(disk, parts => reconcile(targets, asked, { ...parts, ...changed })),
    live: () => {
      const link = layoutAt(root).liveLink(target.name);
      return existsSync(link) ? readPair(link).leaf.fingerprintSha256.slice(0, 8) : null;
    },
    webrootFiles: () => {
      const challenges = join(webroot, '.well-known/acme-challenge');
      return existsSync(challenges) ? readdirSync(challenges) : [];
    },
    keep: () => {
      copyTree(dir, kept);
      const at = { root, now: clock.now(), hooksRun: [...hooksRun], logged: [...logged] };
      const restoreIssuer = issuer.keep();
      return () => {
        copyTree(kept, dir);
        root = at.root;
        clock.advance(at.now - clock.now());
        hooksRun.splice(0, Number.POSITIVE_INFINITY, ...at.hooksRun);
        logged.splice(0, Number.POSITIVE_INFINITY, ...at.logged);
        restoreIssuer();
      };
    },
    remove: () => {
      rmSync(dir, { recursive: true });
      rmSync(kept, { recursive: true, force: true });
    },
  };
}

/** Everything in one directory, and nothing else, in the place of another. */
function copyTree(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
}
