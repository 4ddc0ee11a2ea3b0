import { describe, expect, it } from 'vitest';
import { type DeployState, firstDeployState } from '../../src/core/deploy/deploy-model.ts';
import type { HookEvent } from '../../src/deploy/deploy-job.ts';
import { hookKey } from '../../src/deploy/owed-hooks.ts';
import { at, makeEndpoint, makeLeaf, makeUnderWay } from '../support/make-observed.ts';
import { type Behaviour, deployBench, done, failsFor, hook, presents, start } from './bench.ts';

const old = '0001-aaaaaaaa';
const fresh = '0002-bbbbbbbb';
const wanted = { name: 'a', id: fresh, test: 'check', hooks: ['reload', 'tell'] };
const before: DeployState = { ...firstDeployState, deployed: old };

function benchWith(hooks: NonNullable<Behaviour['hooks']>, more: Omit<Behaviour, 'hooks'> = {}) {
  const bench = deployBench({ hooks, ...more });
  bench.states.set('a', before);
  return bench;
}

describe('a deploy that is taken up', () => {
  const back = {
    code: 'hook-failed',
    message: 'hook 1 (reload): exit 3',
    at: at('2026-01-09'),
    commands: true,
    failed: false,
  };
  const onTheWay = makeUnderWay({ id: fresh, from: old, back });

  it('goes on going back, however far it had come, and says why it did', async () => {
    const bench = benchWith({});
    bench.states.set('a', { ...before, underWay: { ...onTheWay, hooksDone: [hookKey(hook('check'), 0)] } });
    expect(await bench.deploy(wanted)).toMatchObject([
      { backTo: old, error: { code: 'hook-failed', message: 'hook 1 (reload): exit 3' } },
    ]);
    expect(done(bench)).toEqual([`flip a ${old}`, 'run reload for a', 'run tell for a']);
  });

  it('takes a code of another version for a defect of its own', async () => {
    const bench = benchWith({});
    bench.states.set('a', { ...before, underWay: { ...onTheWay, back: { ...back, code: 'moon-phase' } } });
    expect(await bench.deploy(wanted)).toMatchObject([{ error: { code: 'internal-error' } }]);
    expect(bench.states.get('a')?.lastError?.code).toBe('moon-phase');
  });

  it('turns forward again where what it was going back to has ended meanwhile', async () => {
    const bench = benchWith({});
    bench.states.set('a', { ...before, underWay: onTheWay });
    bench.leaves.set(old, makeLeaf({ fingerprintSha256: old, notAfter: start }));
    expect(await bench.deploy(wanted)).toMatchObject([{ error: null }]);
    expect(done(bench)).toContain(`flip a ${fresh}`);
    expect(bench.states.get('a')).toMatchObject({ deployed: fresh, underWay: null });
  });

  it('counts a hook as done that has ended certd twice on the way back, says so, and ends', async () => {
    const events: HookEvent[] = [];
    const bench = benchWith({}, { change: () => ({ onHook: event => void events.push(event) }) });
    const running = hookKey(hook('reload'), 1);
    const hooksDone = [hookKey(hook('check'), 0)];
    bench.states.set('a', { ...before, underWay: { ...onTheWay, hooksDone, running, interrupted: 1 } });
    const [outcome] = await bench.deploy(wanted);
    expect(outcome).toMatchObject({ backTo: old, goesOn: false, error: { code: 'hook-failed' } });
    expect(done(bench)).toEqual([`flip a ${old}`, 'run tell for a']);
    expect(bench.states.get('a')).toMatchObject({
      failures: 1,
      nextAttemptAt: start + 63_000,
      refused: fresh,
      underWay: null,
    });
    const detail = 'certd ended 2 times while it ran; it counts as done: the deploy goes back';
    expect(events[0]).toMatchObject({ names: ['a'], hook: 'hook 1 (reload)', result: { detail } });
  });

  it('lets a test wait that has ended certd twice on the way back: no hook runs without it', async () => {
    const bench = benchWith({});
    const running = hookKey(hook('check'), 0);
    bench.states.set('a', { ...before, underWay: { ...onTheWay, running, interrupted: 1 } });
    expect(await bench.deploy(wanted)).toMatchObject([{ backTo: null, error: { code: 'hook-interrupted' } }]);
    expect(bench.runs).toEqual([]);
    expect(bench.states.get('a')).toMatchObject({
      nextAttemptAt: start + 63_000,
      underWay: { back: { ...back, failed: true }, running: null, interrupted: 2 },
    });
  });

  describe('with a hook that has ended certd twice', () => {
    const underWay = {
      ...onTheWay,
      told: true,
      back: null,
      hooksDone: [hookKey(hook('check'), 0)],
      running: hookKey(hook('reload'), 1),
      interrupted: 1,
      stops: 2,
    };
    const watched = { ...wanted, verify: [makeEndpoint()] };

    it('goes on where certd was asked to end, and the endpoints present the new one', async () => {
      const bench = benchWith({}, { present: () => presents(fresh) });
      bench.states.set('a', { ...before, underWay });
      expect(await bench.deploy(watched)).toMatchObject([{ error: null }]);
      expect(bench.runs.map(({ command }) => command)).toEqual([hook('tell')]);
      expect(bench.states.get('a')).toMatchObject({ deployed: fresh, underWay: null });
    });

    it.each([
      ['where an endpoint does not present it', watched, {}, presents(old)],
      ['where no endpoint can say', wanted, {}, presents(fresh)],
      ['where certd has crashed: nobody knows how far the hook came', watched, { stops: 1 }, presents(fresh)],
      [
        'where it is the test',
        watched,
        { hooksDone: [], running: hookKey(hook('check'), 0) },
        presents(fresh),
      ],
    ])('goes back %s', async (_, job, change, presented) => {
      const bench = benchWith({}, { present: () => presented });
      bench.states.set('a', { ...before, underWay: { ...underWay, ...change } });
      expect(await bench.deploy(job)).toMatchObject([{ backTo: old, error: { code: 'hook-interrupted' } }]);
    });
  });

  it('gives up forwards what has ended certd twice, and goes back', async () => {
    const bench = benchWith({});
    const running = hookKey(hook('reload'), 1);
    const underWay = { ...onTheWay, told: true, back: null, running, interrupted: 1 };
    bench.states.set('a', { ...before, underWay });
    expect(await bench.deploy(wanted)).toMatchObject([{ backTo: old, error: { code: 'hook-interrupted' } }]);
    expect(done(bench)).toEqual([`flip a ${old}`, 'run check for a', 'run reload for a', 'run tell for a']);
  });

  it('runs no hook on the way back where only the test has ended certd twice', async () => {
    const bench = benchWith({});
    const underWay = { ...onTheWay, back: null, running: hookKey(hook('check'), 0), interrupted: 1 };
    bench.states.set('a', { ...before, underWay });
    expect(await bench.deploy(wanted)).toMatchObject([{ backTo: old, error: { code: 'hook-interrupted' } }]);
    expect(done(bench)).toEqual([`flip a ${old}`]);
  });

  it('a newer one whose test fails tells servers of the old one where they may have heard of one in between', async () => {
    const newest = '0003-cccccccc';
    const bench = benchWith({ check: failsFor(newest) });
    bench.live.set('a', fresh);
    bench.states.set('a', { ...before, underWay: { ...onTheWay, told: true } });
    expect(await bench.deploy({ ...wanted, id: newest })).toMatchObject([{ backTo: old }]);
    expect(done(bench).slice(-4)).toEqual([
      `flip a ${old}`,
      'run check for a',
      'run reload for a',
      'run tell for a',
    ]);
  });

  it('a newer one takes its place, and would go back to the same', async () => {
    const bench = benchWith({ reload: failsFor('0003-cccccccc') });
    bench.live.set('a', fresh);
    bench.states.set('a', { ...before, underWay: onTheWay });
    expect(await bench.deploy({ ...wanted, id: '0003-cccccccc' })).toMatchObject([{ backTo: old }]);
  });

  it('a newer one goes back to one that was kept, where that is all there is', async () => {
    const bench = benchWith({ reload: failsFor('0003-cccccccc') });
    bench.live.set('a', fresh);
    bench.states.set('a', { ...before, underWay: { ...onTheWay, back: null } });
    bench.leaves.set(old, makeLeaf({ notAfter: start }));
    expect(await bench.deploy({ ...wanted, id: '0003-cccccccc' })).toMatchObject([{ backTo: fresh }]);
  });

  it('is stopped on the way back and loses nothing', async () => {
    const bench = benchWith({
      reload: run => {
        const failure = failsFor(fresh)(run);
        if (failure.outcome === 'ok') {
          bench.stop.abort();
          return { outcome: 'stopped', detail: 'certd was stopped', output: '' };
        }
        return failure;
      },
    });
    expect(await bench.deploy(wanted)).toMatchObject([{ backTo: null, error: { code: 'stopped' } }]);
    expect(bench.states.get('a')).toMatchObject({
      failures: 0,
      nextAttemptAt: null,
      underWay: { back: { code: 'hook-failed' }, running: hookKey(hook('reload'), 1) },
    });
  });
});
