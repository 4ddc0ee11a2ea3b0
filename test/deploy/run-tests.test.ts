import { expect, it } from 'vitest';
import { firstDeployState } from '../../src/core/deploy/deploy-model.ts';
import type { HookRun } from '../../src/deploy/run-hook.ts';
import { makeUnderWay } from '../support/make-observed.ts';
import { deployBench } from './bench.ts';

const a = { name: 'a', id: '0002-aaaaaaaa', test: 'check', hooks: ['reload'] };
const b = { name: 'b', id: '0002-bbbbbbbb', test: 'check', hooks: ['reload'] };
const c = { name: 'c', id: '0002-cccccccc', test: 'check', hooks: ['reload'] };
const other = { name: 'other', id: '0002-dddddddd', test: 'look', hooks: ['reload'] };

/** A server whose test fails while one of these generations is live. */
function benchWith(...bad: readonly string[]) {
  const bench = deployBench({
    hooks: {
      check: () => {
        const broken = [...bench.live.values()].some(id => bad.includes(id));
        return broken
          ? { outcome: 'hook-failed', detail: 'exit 1', output: '' }
          : { outcome: 'ok', detail: 'exit 0', output: '' };
      },
    },
  });
  for (const name of ['a', 'b', 'c', 'other']) {
    bench.states.set(name, { ...firstDeployState, deployed: '0001-00000000' });
  }
  return bench;
}

const runs = ({ log }: { readonly log: readonly string[] }) => log.filter(line => line.startsWith('run'));
const steps = ({ log }: { readonly log: readonly string[] }) => log.filter(line => /^(run|flip)/.test(line));

it('a test that several share runs once for all, before every hook', async () => {
  const bench = benchWith();
  await bench.deploy(a, b, other);
  expect(runs(bench)).toEqual(['run check for a+b', 'run look for other', 'run reload for a+b+other']);
});

it('one that fails for several brings all of them back; each is tried alone, and the good share their hooks', async () => {
  const bench = benchWith(b.id);
  const outcomes = await bench.deploy(a, b, c, other);
  expect(outcomes).toMatchObject([
    { name: 'a', error: null },
    { name: 'b', error: { code: 'test-failed', message: 'test (check): exit 1' }, backTo: '0001-00000000' },
    { name: 'c', error: null },
    { name: 'other', error: null },
  ]);
  expect(steps(bench)).toEqual([
    'flip a 0002-aaaaaaaa',
    'flip b 0002-bbbbbbbb',
    'flip c 0002-cccccccc',
    'flip other 0002-dddddddd',
    'run check for a+b+c',
    'run look for other',
    'flip a 0001-00000000',
    'flip b 0001-00000000',
    'flip c 0001-00000000',
    'flip a 0002-aaaaaaaa',
    'run check for a',
    'flip b 0002-bbbbbbbb',
    'run check for b',
    'flip b 0001-00000000',
    'flip c 0002-cccccccc',
    'run check for c',
    'run reload for a+c+other',
  ]);
  expect(bench.states.get('b')).toMatchObject({ refused: b.id, failures: 1, underWay: null });
  expect(bench.states.get('a')).toMatchObject({ deployed: a.id, failures: 0 });
});

it('what cannot go back is tested again before any other is tried', async () => {
  const bench = benchWith(b.id);
  bench.states.set('a', firstDeployState);
  expect(await bench.deploy(b, a)).toMatchObject([{ backTo: '0001-00000000' }, { error: null }]);
  expect(runs(bench)).toEqual([
    'run check for b+a',
    'run check for a',
    'run check for b',
    'run reload for a',
  ]);
});

it('with nothing to go back to for any of them they stay, and it fails once', async () => {
  const bench = benchWith(b.id);
  for (const name of ['a', 'b']) bench.states.set(name, firstDeployState);
  expect(await bench.deploy(a, b)).toMatchObject([
    { backTo: null, error: { code: 'test-failed' } },
    { backTo: null, error: { code: 'test-failed' } },
  ]);
  expect(runs(bench)).toEqual(['run check for a+b']);
  expect([...bench.live.values()]).toEqual([a.id, b.id]);
  expect(bench.states.get('a')).toMatchObject({ failures: 1, underWay: { back: null } });
});

it('what servers were told of in an earlier attempt is not forgotten where each is tried alone', async () => {
  const bench = benchWith(b.id);
  for (const { name, id } of [a, b]) {
    const underWay = makeUnderWay({ id, from: '0001-00000000', told: true });
    bench.states.set(name, { ...firstDeployState, deployed: '0001-00000000', underWay });
  }
  expect(await bench.deploy(a, b)).toMatchObject([{ error: null }, { backTo: '0001-00000000' }]);
  expect(steps(bench).slice(-5)).toEqual([
    'run check for b',
    'flip b 0001-00000000',
    'run check for b',
    'run reload for b',
    'run reload for a',
  ]);
});

it('a stop between two that are tried alone leaves the rest owed', async () => {
  const bench = deployBench({
    hooks: {
      check: ({ env }: HookRun) => {
        if (env['CERTD_NAME'] === 'a') bench.stop.abort();
        return { outcome: 'hook-failed', detail: 'exit 1', output: '' };
      },
    },
  });
  for (const name of ['a', 'b']) {
    bench.states.set(name, { ...firstDeployState, deployed: '0001-00000000' });
  }
  const outcomes = await bench.deploy(a, b);
  expect(outcomes).toMatchObject([{ error: { code: 'stopped' } }, { error: { code: 'stopped' } }]);
  expect(bench.states.get('a')).toMatchObject({ failures: 0, underWay: { back: { code: 'test-failed' } } });
  expect(bench.states.get('b')).toEqual({ ...firstDeployState, deployed: '0001-00000000' });
});
