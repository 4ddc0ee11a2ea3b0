import { expect, it } from 'vitest';
import { firstDeployState } from '../../src/core/deploy/deploy-model.ts';
import { CertdError } from '../../src/core/errors.ts';
import type { HookEvent } from '../../src/deploy/deploy-job.ts';
import { hookKey } from '../../src/deploy/owed-hooks.ts';
import { deployBench, hook, start } from './bench.ts';

const a = { name: 'a', id: '0002-aaaaaaaa', hooks: ['only-a', 'reload'] };
const b = { name: 'b', id: '0007-bbbbbbbb', hooks: ['reload', 'only-b'] };

/** Why a first deploy that fails is left in place. */
const first = '; the new one stays: there is none to go back to';

const runs = (log: readonly string[]) => log.filter(line => line.startsWith('run'));

it('runs a shared command once, after every flip, with the lists of all', async () => {
  const bench = deployBench();
  bench.states.set('b', { ...firstDeployState, deployed: '0006-bbbbbbbb' });
  const outcomes = await bench.deploy(a, b);
  expect(outcomes.map(({ error }) => error)).toEqual([null, null]);
  expect(runs(bench.log)).toEqual(['run only-a for a', 'run reload for a+b', 'run only-b for b']);
  expect(bench.log.indexOf('flip b 0007-bbbbbbbb')).toBeLessThan(bench.log.indexOf('run only-a for a'));
  expect(bench.runs[1]?.env).toMatchObject({
    CERTD_NAME: 'a b',
    CERTD_LIVE_DIR: '/live/a /live/b',
    CERTD_FINGERPRINT_SHA256: '0002-aaaaaaaa 0007-bbbbbbbb',
    CERTD_PREVIOUS_FINGERPRINT_SHA256: '- 0006-bbbbbbbb',
  });
});

it('gives a shared command the longest time that one of its sharers allows', async () => {
  const bench = deployBench();
  await bench.deploy({ ...a, timeoutMs: 5000 }, { ...b, timeoutMs: 90_000 });
  expect(bench.runs.map(run => run.timeoutMs)).toEqual([5000, 90_000, 90_000]);
});

it('runs a command that one certificate asks for twice once for both, and once more for the one', async () => {
  const bench = deployBench();
  const outcomes = await bench.deploy(
    { ...a, hooks: ['reload', 'settle', 'reload'] },
    { ...b, hooks: ['reload'] },
  );
  expect(outcomes.map(({ error }) => error)).toEqual([null, null]);
  expect(runs(bench.log)).toEqual(['run reload for a+b', 'run settle for a', 'run reload for a']);
});

it('says that a hook ran with its name and whom it was for', async () => {
  const events: HookEvent[] = [];
  const bench = deployBench({ change: () => ({ onHook: event => void events.push(event) }) });
  await bench.deploy(a, b);
  expect(events.map(({ hook: name, names }) => `${name} ${names.join('+')}`)).toEqual([
    'hook 1 (only-a) a',
    'hook 2 (reload) a+b',
    'hook 2 (only-b) b',
  ]);
});

it('leaves every sharer owed when the shared command fails', async () => {
  const bench = deployBench({ hooks: { reload: 'hook-failed' } });
  const outcomes = await bench.deploy(a, b);
  expect(outcomes).toMatchObject([
    { error: { code: 'hook-failed', message: `hook 2 (reload): exit 3${first}` } },
    { error: { code: 'hook-failed', message: `hook 1 (reload): exit 3${first}` } },
  ]);
  expect(runs(bench.log)).toEqual(['run only-a for a', 'run reload for a+b']);
  expect(bench.states.get('a')).toMatchObject({
    deployed: null,
    underWay: { hooksDone: [hookKey(hook('only-a'), 1)] },
    nextAttemptAt: start + 63_000,
  });
  expect(bench.states.get('b')).toMatchObject({ deployed: null, underWay: { hooksDone: [] }, failures: 1 });
});

it('lets one that fails at its gate stop no other', async () => {
  const bench = deployBench({
    change: ({ install }) => ({
      install: (target, id) =>
        target.name === 'a' ? Promise.reject(new CertdError('gate-refused', 'no')) : install(target, id),
    }),
  });
  const outcomes = await bench.deploy(a, b);
  expect(outcomes).toMatchObject([{ error: { code: 'gate-refused' } }, { name: 'b', error: null }]);
  expect(bench.log).not.toContain('flip a 0002-aaaaaaaa');
  expect(runs(bench.log)).toEqual(['run reload for b', 'run only-b for b']);
});

it('lets one whose own hook fails stop no other, and runs the shared one later for it alone', async () => {
  let outcome: 'ok' | 'hook-failed' = 'hook-failed';
  const bench = deployBench({ hooks: { 'only-a': () => ({ outcome, detail: '', output: '' }) } });
  expect(await bench.deploy(a, b)).toMatchObject([{ error: { code: 'hook-failed' } }, { error: null }]);
  outcome = 'ok';
  expect(await bench.deploy(a)).toMatchObject([{ error: null }]);
  expect(runs(bench.log)).toEqual([
    'run only-a for a',
    'run reload for b',
    'run only-b for b',
    'run only-a for a',
    'run reload for a',
  ]);
});

it('lets one that cannot be recorded as running stop no sharer', async () => {
  const broken = Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'write' });
  const bench = deployBench({
    change: ({ save }) => ({
      save: (name, state) =>
        name === 'a' && state.underWay?.running === hookKey(hook('reload'), 2)
          ? Promise.reject(broken)
          : save(name, state),
    }),
  });
  expect(await bench.deploy(a, b)).toMatchObject([{ error: { code: 'disk-failed' } }, { error: null }]);
  expect(runs(bench.log)).toEqual(['run only-a for a', 'run reload for b', 'run only-b for b']);
});

it('keeps to its sharers what is thrown around a hook', async () => {
  const bench = deployBench({
    change: ({ runHook }) => ({
      runHook: run => {
        if (run.command.kind === 'argv' && run.command.argv[0] === 'only-a')
          throw new TypeError('null bytes');
        return runHook(run);
      },
    }),
  });
  expect(await bench.deploy(a, b)).toMatchObject([
    { error: { code: 'internal-error', message: `null bytes${first}` } },
    { error: null },
  ]);
  expect(bench.states.get('a')).toMatchObject({ underWay: { running: null }, failures: 1 });
});

it('lets one whose old leaf cannot be read stop no other', async () => {
  const broken = Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'read', path: '/x' });
  const bench = deployBench({
    change: ({ deployedLeaf }) => ({
      deployedLeaf: (name, id) => {
        if (name === 'a') throw broken;
        return deployedLeaf(name, id);
      },
    }),
  });
  bench.states.set('a', { ...firstDeployState, deployed: '0001-aaaaaaaa' });
  bench.states.set('b', { ...firstDeployState, deployed: '0006-bbbbbbbb' });
  expect(await bench.deploy(a, b)).toMatchObject([{ error: { code: 'disk-failed' } }, { error: null }]);
  expect(runs(bench.log)).toEqual(['run reload for b', 'run only-b for b']);
});

it('begins nothing more once certd is stopped, and counts it as no failure', async () => {
  const bench = deployBench({
    hooks: {
      'only-a': () => {
        bench.stop.abort();
        return { outcome: 'stopped', detail: 'certd was stopped', output: '' };
      },
    },
  });
  expect(await bench.deploy(a, b)).toMatchObject([
    { error: { code: 'stopped' } },
    { error: { code: 'stopped' } },
  ]);
  expect(runs(bench.log)).toEqual(['run only-a for a']);
  // What was running stays recorded as running; what had not begun is not.
  expect(bench.states.get('a')).toMatchObject({
    failures: 0,
    underWay: { running: hookKey(hook('only-a'), 1) },
  });
  expect(bench.states.get('b')).toMatchObject({ failures: 0, underWay: { running: null } });
});

it('commits what has no hook left when it is stopped', async () => {
  const bench = deployBench({
    hooks: {
      'only-b': () => {
        bench.stop.abort();
        return { outcome: 'ok', detail: '', output: '' };
      },
    },
  });
  expect(await bench.deploy(a, b)).toMatchObject([{ error: null }, { error: null }]);
});
