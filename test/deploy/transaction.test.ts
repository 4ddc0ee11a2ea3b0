import { describe, expect, it } from 'vitest';
import { type DeployState, firstDeployState } from '../../src/core/deploy/deploy-model.ts';
import { CertdError } from '../../src/core/errors.ts';
import { hookKey } from '../../src/deploy/owed-hooks.ts';
import { makeUnderWay } from '../support/make-observed.ts';
import { deployBench, hook, start } from './bench.ts';

const minute = 60_000;
const first = hookKey(hook('first'), 1);
const second = hookKey(hook('second'), 2);

const wanted = { name: 'a', id: '0002-bbbbbbbb', hooks: ['first', 'second'] };
/** The same, where a failure leaves it in place. */
const kept = { ...wanted, onFailure: 'keep' } as const;
const stays = '; the new one stays: deploy.on_failure is keep';
/** What is on disk before `wanted` is deployed. */
const before: DeployState = { ...firstDeployState, deployed: '0001-aaaaaaaa' };
const failed = (code: string, message: string) => ({
  code,
  message,
  at: start,
  since: start,
  problemType: null,
});
const systemError = (code: string) => Object.assign(new Error(code), { code, syscall: 'open', path: '/x' });

it('installs, records, flips, runs each hook between two records, commits and prunes', async () => {
  const bench = deployBench();
  bench.states.set('a', before);
  expect(await bench.deploy(wanted)).toEqual([
    { name: 'a', id: '0002-bbbbbbbb', error: null, backTo: null, goesOn: false },
  ]);
  expect(bench.log).toEqual([
    'install a 0002-bbbbbbbb',
    'saved a',
    'flip a 0002-bbbbbbbb',
    'saved a',
    'run first for a',
    'saved a',
    'saved a',
    'run second for a',
    'saved a',
    'saved a',
    'prune a',
  ]);
  expect(bench.states.get('a')).toEqual({
    ...before,
    deployed: '0002-bbbbbbbb',
    previous: '0001-aaaaaaaa',
    lastAt: start,
  });
  expect(bench.runs[0]).toMatchObject({
    env: { CERTD_FINGERPRINT_SHA256: '0002-bbbbbbbb', CERTD_PREVIOUS_FINGERPRINT_SHA256: '0001-aaaaaaaa' },
    timeoutMs: minute,
    graceMs: 100,
    signal: bench.stop.signal,
  });
});

it('records the hook that runs before it runs', async () => {
  const seen: unknown[] = [];
  const bench = deployBench({
    hooks: {
      second: () => {
        seen.push(bench.states.get('a')?.underWay);
        return { outcome: 'ok', detail: '', output: '' };
      },
    },
  });
  await bench.deploy(wanted);
  expect(seen).toEqual([
    makeUnderWay({ id: '0002-bbbbbbbb', told: true, hooksDone: [first], running: second }),
  ]);
});

it('deploys without hooks, and keeps the rollback target when the same generation is deployed again', async () => {
  const bench = deployBench();
  bench.states.set('a', { ...before, previous: '0000-00000000' });
  await bench.deploy({ ...wanted, id: '0001-aaaaaaaa', hooks: [] });
  expect(bench.states.get('a')).toMatchObject({ deployed: '0001-aaaaaaaa', previous: '0000-00000000' });
});

it.each(['hook-failed', 'hook-timeout', 'hook-not-found'] as const)(
  'where it is to keep the new one: leaves the deploy owed with back-off after %s, and runs no later hook',
  async outcome => {
    const bench = deployBench({ hooks: { first: outcome } });
    bench.states.set('a', before);
    const [result] = await bench.deploy(kept);
    expect(result?.error).toMatchObject({ code: outcome, message: `hook 1 (first): exit 3${stays}` });
    expect(bench.log).not.toContain('run second for a');
    expect(bench.states.get('a')).toEqual({
      ...before,
      underWay: makeUnderWay({ id: '0002-bbbbbbbb', from: '0001-aaaaaaaa', told: true }),
      failures: 1,
      // A minute and half of its tenth of jitter.
      nextAttemptAt: start + 63_000,
      lastAt: start,
      lastError: failed(outcome, `hook 1 (first): exit 3${stays}`),
      failedFor: '0123456789abcdef',
    });
  },
);

it('does not repeat a hook that succeeded, doubles the back-off, and forgets it at success', async () => {
  let outcome: 'ok' | 'hook-failed' = 'hook-failed';
  const bench = deployBench({ hooks: { second: () => ({ outcome, detail: 'exit 1', output: '' }) } });
  for (const wait of [1, 2, 4, 8]) {
    await bench.deploy(wanted);
    expect(bench.states.get('a')?.nextAttemptAt).toBe(start + wait * minute * 1.05);
  }
  outcome = 'ok';
  await bench.deploy(wanted);
  expect(bench.runs.map(run => run.command)).toEqual([hook('first'), ...Array(5).fill(hook('second'))]);
  expect(bench.states.get('a')).toEqual({ ...firstDeployState, deployed: '0002-bbbbbbbb', lastAt: start });
});

it('runs a hook as often as it is written', async () => {
  const bench = deployBench({ hooks: { settle: 'hook-failed' } });
  const twice = { ...wanted, hooks: ['reload', 'settle', 'reload', 'reload'] };
  await bench.deploy(twice);
  expect(bench.states.get('a')?.underWay?.hooksDone).toEqual([hookKey(hook('reload'), 1)]);
  const after = deployBench();
  after.states.set('a', bench.states.get('a') ?? before);
  expect(await after.deploy(twice)).toMatchObject([{ error: null }]);
  expect(after.runs.map(run => run.command)).toEqual(['settle', 'reload', 'reload'].map(hook));
});

it('runs a hook again that an earlier version has recorded as done', async () => {
  const bench = deployBench();
  // sha256 of ["first"], without its position.
  bench.states.set('a', {
    ...before,
    underWay: makeUnderWay({ id: '0002-bbbbbbbb', hooksDone: ['72f1e703251fa57f'] }),
  });
  expect(await bench.deploy(wanted)).toMatchObject([{ error: null }]);
  expect(bench.runs.map(run => run.command)).toEqual([hook('first'), hook('second')]);
});

it('runs all hooks again for a newer generation that comes meanwhile', async () => {
  const bench = deployBench({ hooks: { second: 'hook-failed' } });
  await bench.deploy(kept);
  await bench.deploy({ ...kept, id: '0003-cccccccc' });
  expect(bench.log.filter(line => line.startsWith('run'))).toEqual([
    'run first for a',
    'run second for a',
    'run first for a',
    'run second for a',
  ]);
});

const interruptedIn = (running: string, interrupted: number): DeployState => ({
  ...before,
  underWay: makeUnderWay({ id: '0002-bbbbbbbb', running, interrupted }),
});

it('runs a hook again that was interrupted once', async () => {
  const bench = deployBench();
  bench.states.set('a', interruptedIn(first, 0));
  expect(await bench.deploy(wanted)).toMatchObject([{ error: null }]);
  expect(bench.runs).toHaveLength(2);
});

it('holds a hook back that was interrupted twice, then tries again', async () => {
  const bench = deployBench();
  bench.states.set('a', interruptedIn(first, 1));
  const [result] = await bench.deploy(kept);
  const message = `certd ended 2 times while a command of the deploy of 0002-bbbbbbbb was running${stays}`;
  expect(result?.error).toMatchObject({ code: 'hook-interrupted', message });
  expect(bench.log).toEqual(['saved a', 'saved a']);
  expect(bench.states.get('a')).toEqual({
    ...interruptedIn(first, 2),
    underWay: makeUnderWay({ id: '0002-bbbbbbbb', interrupted: 2 }),
    failures: 1,
    nextAttemptAt: start + 63_000,
    lastAt: start,
    lastError: failed('hook-interrupted', message),
    failedFor: '0123456789abcdef',
  });
  expect(await bench.deploy(kept)).toMatchObject([{ error: null }]);
  expect(bench.runs).toHaveLength(2);
});

it('holds it back again after each further interruption', async () => {
  const bench = deployBench();
  bench.states.set('a', { ...interruptedIn(first, 2), failures: 1 });
  expect(await bench.deploy(kept)).toMatchObject([{ error: { code: 'hook-interrupted' } }]);
  expect(bench.states.get('a')).toMatchObject({ failures: 2, nextAttemptAt: start + 126_000 });
});

it('counts the interruptions of each hook for itself', async () => {
  const stopped = () => {
    throw new CertdError('stopped', 'stopped');
  };
  const bench = deployBench({ hooks: { second: stopped } });
  bench.states.set('a', interruptedIn(first, 0));
  // The first hook runs to its end this time; certd ends while the second one runs.
  await bench.deploy(wanted);
  expect(bench.states.get('a')?.underWay).toEqual(
    makeUnderWay({ id: '0002-bbbbbbbb', told: true, hooksDone: [first], running: second, stops: 1 }),
  );
});

it('forgets interruptions of an older generation', async () => {
  const bench = deployBench();
  bench.states.set('a', interruptedIn(first, 1));
  expect(await bench.deploy({ ...wanted, id: '0003-cccccccc' })).toMatchObject([{ error: null }]);
});

it('never flips what the gate refuses, and waits with it', async () => {
  const refuse = () => Promise.reject(new CertdError('gate-refused', 'it does not fit'));
  const bench = deployBench({ change: () => ({ install: refuse }) });
  bench.states.set('a', before);
  expect(await bench.deploy(wanted)).toMatchObject([{ error: { code: 'gate-refused' } }]);
  expect(bench.log).toEqual(['saved a']);
  expect(bench.states.get('a')).toEqual({
    ...before,
    failures: 1,
    nextAttemptAt: start + 63_000,
    lastAt: start,
    lastError: failed('gate-refused', 'it does not fit'),
    failedFor: '0123456789abcdef',
  });
});

it('counts no failure and sets no back-off where the next look may do it', async () => {
  const bench = deployBench({ change: () => ({ flip: () => Promise.reject(systemError('ENOSPC')) }) });
  bench.states.set('a', before);
  expect(await bench.deploy(wanted)).toMatchObject([{ error: { code: 'disk-full' } }]);
  expect(bench.states.get('a')).toMatchObject({
    failures: 0,
    nextAttemptAt: null,
    deployed: '0001-aaaaaaaa',
  });
});

it('shows the first error where the disk fails its record too', async () => {
  let full = false;
  const bench = deployBench({
    hooks: {
      first: () => {
        full = true;
        return { outcome: 'hook-failed', detail: 'exit 3', output: '' };
      },
    },
    change: ({ save }) => ({
      save: (name, state) => (full ? Promise.reject(systemError('EIO')) : save(name, state)),
    }),
  });
  expect(await bench.deploy(wanted)).toMatchObject([{ error: { code: 'hook-failed' } }]);
  expect(bench.unrecorded).toMatchObject([{ name: 'a', error: { code: 'disk-failed' } }]);
});

describe('where the disk fails after a hook, it', () => {
  const isDone = ({ underWay }: DeployState) => underWay?.hooksDone.includes(first) === true;

  it('is not repeated where the record of the failure has it', async () => {
    let failures = 0;
    const bench = deployBench({
      change: ({ save }) => ({
        save: (name, state) =>
          isDone(state) && failures++ < 1 ? Promise.reject(systemError('ENOSPC')) : save(name, state),
      }),
    });
    expect(await bench.deploy(wanted)).toMatchObject([{ error: { code: 'disk-full' } }]);
    expect(bench.states.get('a')).toMatchObject({ underWay: { hooksDone: [first], running: null } });
    expect(await bench.deploy(wanted)).toMatchObject([{ error: null }]);
    expect(bench.runs.map(({ command }) => command)).toEqual(['first', 'second'].map(hook));
  });

  it('is known to have run where the disk refuses that record, too', async () => {
    const bench = deployBench({
      change: ({ save }) => ({
        save: (name, state) => (isDone(state) ? Promise.reject(systemError('ENOSPC')) : save(name, state)),
      }),
    });
    await bench.deploy(wanted);
    expect(bench.unrecorded).toMatchObject([
      {
        error: { code: 'disk-full' },
        meant: {
          underWay: { hooksDone: [first], running: null, interrupted: 0 },
          lastError: { code: 'disk-full' },
        },
      },
    ]);
    expect(bench.states.get('a')).toMatchObject({ underWay: { hooksDone: [], running: first } });
  });

  it('is cut short all the same where the stop cannot be recorded', async () => {
    const bench = deployBench({
      hooks: { first: () => ({ outcome: 'stopped', detail: 'certd was stopped', output: '' }) },
      change: ({ save }) => ({
        save: (name, state) =>
          state.underWay?.stops === 1 ? Promise.reject(systemError('EIO')) : save(name, state),
      }),
    });
    expect(await bench.deploy(wanted)).toMatchObject([{ error: { code: 'stopped' } }]);
    expect(bench.states.get('a')).toMatchObject({ underWay: { running: first }, lastError: null });
    expect(bench.unrecorded).toMatchObject([{ error: { code: 'disk-failed' }, meant: null }]);
  });
});

it('runs no hook that it could not record as running', async () => {
  const bench = deployBench({
    change: ({ save }) => ({
      save: (name, state) =>
        state.underWay?.running === first ? Promise.reject(systemError('EIO')) : save(name, state),
    }),
  });
  expect(await bench.deploy(wanted)).toMatchObject([{ error: { code: 'disk-failed' } }]);
  expect(bench.runs).toEqual([]);
});

it('is deployed though old generations could not be removed', async () => {
  const bench = deployBench({ change: () => ({ prune: () => Promise.reject(systemError('EIO')) }) });
  expect(await bench.deploy(wanted)).toMatchObject([{ error: null }]);
  expect(bench.states.get('a')).toMatchObject({ deployed: '0002-bbbbbbbb', failures: 0, lastError: null });
  expect(bench.log.at(-1)).toBe('not pruned a disk-failed');
});
