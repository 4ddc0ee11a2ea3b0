import {
  type Command,
  type DeployState,
  firstDeployState,
  type OutputFile,
} from '../../src/core/deploy/deploy-model.ts';
import type { Presented } from '../../src/core/deploy/presented.ts';
import type { Endpoint } from '../../src/core/endpoint.ts';
import type { CertdError } from '../../src/core/errors.ts';
import type { Leaf, Revocation } from '../../src/core/model.ts';
import type { DeployJob, DeployParts } from '../../src/deploy/deploy-job.ts';
import type { HookResult, HookRun } from '../../src/deploy/run-hook.ts';
import { deployBatch } from '../../src/deploy/transaction.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { at, makeLeaf, makeTarget } from '../support/make-observed.ts';

export const start = at('2026-01-10T00:00:00Z');

type Bench = {
  readonly clock: ReturnType<typeof fakeClock>;
  /** Everything that was done, in order: "install a 0002", "flip a 0002", "run first for a+b", "saved a", "prune a". */
  readonly log: string[];
  /** What is on the disk of this bench. */
  readonly states: Map<string, DeployState>;
  /** What is live, by name; what is deployed where nothing was flipped. */
  readonly live: Map<string, string>;
  /** Leaves that are not as `leafOf` makes them, by generation; null: gone. */
  readonly leaves: Map<string, Leaf | null>;
  readonly revoked: Revocation[];
  readonly runs: HookRun[];
  readonly unrecorded: {
    readonly name: string;
    readonly error: CertdError;
    readonly meant: DeployState | null;
  }[];
  readonly stop: AbortController;
  /** Deploys a generation of each certificate from the state that is on disk. */
  deploy(...certificates: readonly Wanted[]): ReturnType<typeof deployBatch>;
};

type Wanted = {
  readonly name: string;
  readonly id: string;
  readonly hooks: readonly string[];
  readonly test?: string;
  readonly onFailure?: 'keep';
  readonly verify?: readonly Endpoint[];
  readonly timeoutMs?: number;
  readonly files?: readonly OutputFile[];
};

export type Behaviour = {
  /** By the hook's word; ok where there is none. A function is called while the hook runs. */
  readonly hooks?: Readonly<Record<string, HookResult['outcome'] | ((run: HookRun) => HookResult)>>;
  /** What an endpoint presents; what is live where it says nothing. */
  readonly present?: (endpoint: Endpoint) => Presented;
  readonly change?: (parts: DeployParts) => Partial<DeployParts>;
};

export const hook = (word: string): Command => ({ kind: 'argv', argv: [word] });

/** A leaf that can be told by its generation: its fingerprint is the id. */
const leafOf = (id: string): Leaf => makeLeaf({ fingerprintSha256: id, keySha256: id });

/** An endpoint that presents this generation to clients that take it. */
export const presents = (id: string): Presented => ({
  kind: 'leaf',
  fingerprintSha256: id,
  notAfter: at('2026-04-01'),
  fault: null,
});

/** The transaction over parts that write down what is done, with a disk in memory. */
export function deployBench({ hooks = {}, present, change = () => ({}) }: Behaviour = {}): Bench {
  const clock = fakeClock(start);
  const log: string[] = [];
  const states = new Map<string, DeployState>();
  const live = new Map<string, string>();
  const leaves = new Map<string, Leaf | null>();
  const revoked: Revocation[] = [];
  const runs: HookRun[] = [];
  const unrecorded: { name: string; error: CertdError; meant: DeployState | null }[] = [];
  const stop = new AbortController();
  const plain: DeployParts = {
    now: clock.now,
    random: () => 0.5,
    install: async ({ name }, id) => {
      log.push(`install ${name} ${id}`);
      return leafOf(id);
    },
    writeFiles: async ({ name, files }, id) => {
      if (files.length > 0) log.push(`write files of ${name} ${id}`);
    },
    liveId: name => live.get(name) ?? states.get(name)?.deployed ?? null,
    revoked: () => revoked,
    flip: async (name, id) => {
      log.push(`flip ${name} ${id}`);
      live.set(name, id);
    },
    probe: async ({ name }, endpoint) => present?.(endpoint) ?? presents(live.get(name) ?? ''),
    sleep: async ms => clock.advance(ms),
    save: async (name, state) => {
      log.push(`saved ${name}`);
      states.set(name, state);
    },
    prune: async name => void log.push(`prune ${name}`),
    deployedLeaf: (_, id) => {
      const known = leaves.get(id);
      return known === undefined ? leafOf(id) : known;
    },
    liveDir: name => `/live/${name}`,
    runHook: async run => {
      runs.push(run);
      const word = run.command.kind === 'argv' ? run.command.argv[0] : run.command.script;
      log.push(`run ${word} for ${run.env['CERTD_NAME']?.replaceAll(' ', '+')}`);
      const wanted = hooks[word] ?? 'ok';
      if (typeof wanted === 'function') return wanted(run);
      return { outcome: wanted, detail: wanted === 'ok' ? 'exit 0' : 'exit 3', output: '' };
    },
    onHook: () => {},
    onUnrecorded: (name, error, meant) => unrecorded.push({ name, error, meant }),
    onUnpruned: (name, error) => log.push(`not pruned ${name} ${error.code}`),
    graceMs: 100,
    signal: stop.signal,
  };
  const parts = { ...plain, ...change(plain) };
  const jobOf = ({
    name,
    id,
    test,
    hooks: words,
    onFailure,
    verify = [],
    timeoutMs = 60_000,
    files = [],
  }: Wanted): DeployJob => {
    const deploy = {
      test: test === undefined ? null : hook(test),
      hooks: words.map(hook),
      onFailure: onFailure ?? 'rollback',
      verify,
      timeoutMs,
    } as const;
    return {
      target: makeTarget({ name, domains: [name], files, deploy }),
      id,
      state: states.get(name) ?? firstDeployState,
    };
  };
  const deploy: Bench['deploy'] = (...certificates) => deployBatch(certificates.map(jobOf), parts);
  return { clock, log, states, live, leaves, revoked, runs, unrecorded, stop, deploy };
}

export const exit = (code: number) =>
  ({ outcome: code === 0 ? 'ok' : 'hook-failed', detail: `exit ${code}` }) as const;

/** A command that fails for the generations that are named, and says what it was run for. */
export const failsFor =
  (...ids: readonly string[]) =>
  ({ env }: HookRun) => ({
    ...exit(ids.includes(env['CERTD_FINGERPRINT_SHA256'] ?? '') ? 3 : 0),
    output: 'first\nkey mismatch\n\nno good\n',
  });

/** What was done, without the records in between. */
export const done = ({ log }: Pick<Bench, 'log'>) => log.filter(line => !line.startsWith('saved'));
