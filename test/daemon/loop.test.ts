import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { openStandalone } from '../../src/challenge/standalone.ts';
import type { Config } from '../../src/config/config.ts';
import { firstDeployState } from '../../src/core/deploy/deploy-model.ts';
import { firstIssuerState, type Target } from '../../src/core/model.ts';
import { type Loop, openLoop } from '../../src/daemon/loop.ts';
import { runHook } from '../../src/deploy/run-hook.ts';
import { realClock } from '../../src/host/clock.ts';
import { realTimer } from '../../src/host/timer.ts';
import { openLog } from '../../src/log.ts';
import { readDeployState, writeDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { writeIssuerState } from '../../src/store/issuer-state.ts';
import type { Layout } from '../../src/store/layout.ts';
import { openWorld } from '../../src/store/world.ts';
import { datelessGate } from '../support/dateless-gate.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { makeConfig } from '../support/make-config.ts';
import { makeDeploy, makeTarget } from '../support/make-observed.ts';
import { makePair, writeGeneration } from '../support/make-pair.ts';
import { openStateDir } from '../support/state-dir.ts';
import { waitUntil } from '../support/wait-until.ts';

const day = 86_400_000;
const id = '0001-aabbccdd';

/** Its generation is issued and owed; its hook says that it runs, and ends when it is let go. */
let held: Target;
/** Its state is corrupt: each pass logs one error for it, so that passes can be counted. */
const counted = makeTarget({ name: 'counted' });

let layout: Layout;
let stop: AbortController;
let errors: string[];
let clock: ReturnType<typeof fakeClock>;
/** What the monotonic clock says, in ms. */
let elapsed: () => number;
let loop: Loop;

const file = (name: string) => join(layout.root, '..', name);
const letGo = () => writeFileSync(file('go'), '');
const hookRuns = () => waitUntil('the hook runs', () => (existsSync(file('ran')) ? true : null));
const passes = () => errors.filter(code => code === 'state-corrupt').length;
const deployedId = () => readDeployState(layout.deployState('held')).deployed;

beforeEach(async () => {
  layout = await openStateDir();
  stop = new AbortController();
  errors = [];
  clock = fakeClock(Date.now());
  elapsed = clock.now;
  const script = `echo run >> ${file('ran')}; until [ -e ${file('go')} ]; do sleep 0.01; done`;
  held = makeTarget({
    name: 'held',
    deploy: { hooks: [{ kind: 'shell', script }], timeoutMs: 20_000 },
  });
  const now = clock.now();
  mkdirSync(layout.issuedOf('held'));
  const lifetime = { notBefore: new Date(now - day), notAfter: new Date(now + 80 * day) };
  await writeGeneration(layout.issuedGeneration('held', id), await makePair(lifetime));
  const origin = '{"schema":1,"ca":"main","directory":"https://ca.invalid/dir"}';
  writeFileSync(join(layout.issuedGeneration('held', id), 'generation.json'), origin);
  const asked = { ...firstIssuerState, windowCheckAt: now + day };
  await writeIssuerState(realDisk, layout.issuerState('held'), asked);
  writeFileSync(layout.issuerState('counted'), 'spoiled');
  loop = open(makeConfig([counted, held]));
});

afterEach(async () => {
  stop.abort();
  await loop.end();
});

function open(
  config: Config,
  time = clock as Parameters<typeof openLoop>[1]['clock'],
  run: Parameters<typeof openLoop>[1]['runHook'] = runHook,
): Loop {
  const write = (line: string) => void errors.push(JSON.parse(line).code);
  const log = openLog({ level: 'error', style: 'json', write });
  return openLoop(config, {
    half: 'both',
    disk: realDisk,
    layout,
    world: openWorld(layout),
    clock: time,
    elapsed: () => elapsed(),
    timer: realTimer,
    random: () => 0.5,
    log,
    chainGate: datelessGate(),
    runHook: run,
    standalone: openStandalone({ passedSockets: () => [], warn: () => undefined }),
    signal: stop.signal,
  });
}

it('looks at once when it starts, and answers what was asked meanwhile only afterwards', async () => {
  const order: string[] = [];
  loop.start();
  await hookRuns();
  const asked = loop.ask({ names: null, asked: 'nothing' }).then(answer => {
    order.push('answered');
    return answer;
  });
  order.push('let go');
  letGo();
  expect(await asked).toMatchObject({
    results: [
      { name: 'counted', error: { code: 'state-corrupt' } },
      { name: 'held', issued: null, deployed: null, error: null },
    ],
  });
  expect(order).toEqual(['let go', 'answered']);
  // In the middle of the first pass the second one would have run the hook again.
  expect(readFileSync(file('ran'), 'utf8')).toBe('run\n');
  expect(deployedId()).toBe(id);
});

it('leaves alone what is in a pass, and looks after the others', async () => {
  loop.start();
  await hookRuns();
  await waitUntil('the first pass has seen both', () => (passes() === 1 ? true : null));
  loop.replace(makeConfig([counted, held]));
  await waitUntil('the second look has ended', () => (passes() === 2 ? true : null));
  letGo();
  await loop.ask({ names: ['held'], asked: 'nothing' });
  expect(readFileSync(file('ran'), 'utf8')).toBe('run\n');
});

it('has none of its looks wait for a certificate that is in a pass', async () => {
  loop.start();
  await hookRuns();
  await waitUntil('the first pass has seen both', () => (passes() === 1 ? true : null));
  // Every further look of a pass at it says so in the log.
  writeFileSync(layout.issuerState('held'), 'spoiled');
  loop.start();
  await waitUntil('the second look has ended', () => (passes() === 2 ? true : null));
  const asked = loop.ask({ names: ['held'], asked: 'nothing' });
  letGo();
  expect(await asked).toMatchObject({ results: [{ error: { code: 'state-corrupt' } }] });
  expect(passes()).toBe(3);
});

it('puts another configuration in force at once, and looks; what is under way ends as it began', async () => {
  loop.start();
  await hookRuns();
  const fresh = makeConfig([counted]);
  loop.replace(fresh);
  expect(loop.config()).toBe(fresh);
  const answer = await loop.ask({ names: null, asked: 'nothing' });
  expect(answer.results.map(({ name }) => name)).toEqual(['counted']);
  expect(deployedId()).toBe(null);
  letGo();
  await waitUntil('what was under way is deployed', () => (deployedId() === id ? true : null));
});

it('answers for one certificate while another one takes long', async () => {
  loop.start();
  await hookRuns();
  const answer = await loop.ask({ names: ['counted'], asked: 'named' });
  expect(answer.results).toMatchObject([{ name: 'counted', error: { code: 'state-corrupt' } }]);
  expect(deployedId()).toBe(null);
  letGo();
});

it('is alive as long as a pass goes on from hook to hook', async () => {
  const hooks = [{ kind: 'argv', argv: ['true'] } as const, ...held.deploy.hooks];
  const twice = { ...held, deploy: makeDeploy({ hooks, timeoutMs: 25 * 60_000 }) };
  loop = open(makeConfig([twice]), clock, run => {
    // The first takes twenty minutes, and the second is still running after as many.
    if (run.command.kind === 'argv') clock.advance(20 * 60_000);
    return runHook(run);
  });
  loop.start();
  await hookRuns();
  clock.advance(20 * 60_000);
  expect(loop.alive()).toBe(true);
  clock.advance(10 * 60_000);
  expect(loop.alive()).toBe(false);
  letGo();
});

it('is alive until one step of a pass takes half an hour', async () => {
  expect(loop.alive()).toBe(true);
  loop.start();
  await hookRuns();
  clock.advance(30 * 60_000 - 1);
  expect(loop.alive()).toBe(true);
  // Another certificate that goes on says nothing about this one.
  await loop.ask({ names: ['counted'], asked: 'nothing' });
  clock.advance(1);
  expect(loop.alive()).toBe(false);
  letGo();
  await loop.ask({ names: ['held'], asked: 'nothing' });
  // Idle is not hung, however long.
  clock.advance(day);
  expect(loop.alive()).toBe(true);
});

it('is alive as long as its timers ring, and not when a look that was due did not happen', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  letGo();
  loop.start();
  await loop.ask({ names: ['held'], asked: 'nothing' });
  // This clock goes on, and no timer rings. The schedule wakes within a minute, and may be five late.
  vi.advanceTimersByTime(5 * 60_000 - 1);
  expect(loop.alive()).toBe(true);
  vi.advanceTimersByTime(60_000 + 1);
  expect(loop.alive()).toBe(false);
  loop.replace(makeConfig([held]));
  expect(loop.alive()).toBe(true);
});

it('refuses a name that it does not know, and goes on', async () => {
  await expect(loop.ask({ names: ['held', 'nobody'], asked: 'named' })).rejects.toMatchObject({
    code: 'usage',
    message: 'no certificate is named nobody; there are: counted, held',
  });
  letGo();
  const answer = await loop.ask({ names: ['held'], asked: 'nothing' });
  expect(answer.results).toMatchObject([{ name: 'held', deployed: id }]);
});

it('says when each certificate renews by itself, and answers for one that cannot be looked at', async () => {
  letGo();
  writeFileSync(layout.issuedOf('broken'), 'no directory');
  loop.replace(makeConfig([makeTarget({ name: 'broken' }), held]));
  const answer = await loop.ask({ names: null, asked: 'nothing' });
  expect(answer.results).toMatchObject([
    { name: 'broken', error: { code: 'state-corrupt' }, renew_at: null },
    // Two thirds of 81 days, from yesterday on; certificates count in seconds.
    { name: 'held', renew_at: new Date(Math.floor(clock.now() / 1000) * 1000 + 53 * day).toISOString() },
  ]);
});

it('ends a running hook when certd stops, and leaves its deploy owed', async () => {
  loop.start();
  await hookRuns();
  stop.abort();
  await loop.end();
  expect(readDeployState(layout.deployState('held'))).toMatchObject({
    deployed: null,
    failures: 0,
    underWay: { id, hooksDone: [], running: expect.stringMatching(/^[0-9a-f]{16}$/) },
  });
});

it('begins nothing more once it ends: no reload, no look, no pass that waited or is asked for', async () => {
  loop.start();
  await hookRuns();
  const waiting = loop.ask({ names: ['held'], asked: 'nothing' });
  stop.abort();
  const ended = loop.end();
  const stopped = expect.objectContaining({ code: 'stopped' });
  expect(() => loop.replace(makeConfig([counted]))).toThrow(stopped);
  await expect(loop.ask({ names: null, asked: 'nothing' })).rejects.toEqual(stopped);
  expect(await waiting).toMatchObject({ results: [{ name: 'held', error: { code: 'stopped' } }] });
  await ended;
  expect(loop.config().certificates).toHaveLength(2);
  expect(passes()).toBe(1);
});

it('begins no look with the end of the last pass under an old configuration either', async () => {
  loop.start();
  await hookRuns();
  loop.replace(makeConfig([counted]));
  await waitUntil('the second look has ended', () => (passes() === 2 ? true : null));
  const ended = loop.end();
  letGo();
  await ended;
  expect(deployedId()).toBe(id);
  expect(passes()).toBe(2);
});

it('reads the whole state anew after an hour, for what nobody told it', async () => {
  letGo();
  let monotonic = 0;
  elapsed = () => monotonic;
  loop = open(makeConfig([held]));
  loop.start();
  await waitUntil('it is deployed', () => (deployedId() === id ? true : null));
  await writeDeployState(realDisk, layout.deployState('held'), firstDeployState);
  rmSync(file('ran'));
  monotonic = 3_599_999;
  loop.replace(makeConfig([held]));
  await loop.ask({ names: [], asked: 'nothing' });
  expect(existsSync(file('ran'))).toBe(false);
  monotonic = 3_600_000;
  loop.replace(makeConfig([held]));
  await hookRuns();
});

it('does at the next look what became due while the host slept, and nothing when the clock goes back', async () => {
  letGo();
  elapsed = () => 0;
  const nextAttemptAt = clock.now() + 3_600_000;
  await writeDeployState(realDisk, layout.deployState('held'), { ...firstDeployState, nextAttemptAt });
  loop = open(makeConfig([held]));
  loop.start();
  clock.advance(-12 * 3_600_000);
  loop.replace(makeConfig([held]));
  const answer = await loop.ask({ names: ['held'], asked: 'nothing' });
  expect(answer.results).toMatchObject([{ name: 'held', deployed: null, error: null }]);
  clock.advance(14 * 3_600_000);
  loop.replace(makeConfig([held]));
  await waitUntil('it is deployed', () => (deployedId() === id ? true : null));
});

it('wakes by itself at the next moment', async () => {
  letGo();
  const nextAttemptAt = Date.now() + 150;
  await writeDeployState(realDisk, layout.deployState('held'), {
    ...firstDeployState,
    failures: 1,
    nextAttemptAt,
  });
  loop = open(makeConfig([held]), realClock);
  loop.start();
  await waitUntil('it is deployed', () => (deployedId() === id ? true : null));
  expect(Date.now()).toBeGreaterThanOrEqual(nextAttemptAt);
});

it('wakes by itself also at a moment that it has from a pass that a person asked for', async () => {
  letGo();
  const nextAttemptAt = Date.now() + 150;
  await writeDeployState(realDisk, layout.deployState('held'), {
    ...firstDeployState,
    failures: 1,
    nextAttemptAt,
  });
  loop = open(makeConfig([held]), realClock);
  // Not started: no look has set the alarm before.
  await loop.ask({ names: ['held'], asked: 'nothing' });
  await waitUntil('it is deployed', () => (deployedId() === id ? true : null));
  expect(Date.now()).toBeGreaterThanOrEqual(nextAttemptAt);
});
