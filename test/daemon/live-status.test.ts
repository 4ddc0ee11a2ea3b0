import { expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { problem } from '../../src/core/status/certificate-problems.ts';
import type { Problem, StatusDocument } from '../../src/core/status/status-document.ts';
import { openLiveStatus } from '../../src/daemon/live-status.ts';
import { openWorld } from '../../src/store/world.ts';
import { makeConfig } from '../support/make-config.ts';
import { makeObserved, makeTarget } from '../support/make-observed.ts';
import { openStateDir } from '../support/state-dir.ts';

/** The status of a daemon with one certificate, whose loop, clock and problems the test moves. */
async function room() {
  const state = {
    now: 1_000_000,
    alive: true,
    config: makeConfig([makeTarget()]),
    problems: [] as readonly Problem[],
    lastLookAt: null as number | null,
  };
  const world = openWorld(await openStateDir(), {
    read: (_, name) => makeObserved({ name }),
    list: () => [],
  });
  // The first look at each name is a change, too.
  world.seen('a.example');
  const counters = { renewals: new Map(), durations: new Map(), deploys: new Map(), requests: new Map() };
  const loop = {
    config: (): Config => state.config,
    alive: () => state.alive,
    lastLookAt: () => state.lastLookAt,
    counters: () => counters,
  };
  const clock = { now: () => state.now };
  const shortLine = ({ now, status }: StatusDocument) => `${status} at ${now}`;
  const told = openLiveStatus(loop, { pid: 1, world, clock, problems: () => state.problems, shortLine });
  return { state, world, ...told };
}

it('is one document for all who ask in the same quarter of a second', async () => {
  const { state, status, metrics } = await room();
  const first = status();
  state.now += 249;
  expect(status()).toBe(first);
  expect(metrics()).toContain('certd_up 1\n');
  state.now += 1;
  expect(status()).not.toBe(first);
  expect(status()).toMatchObject({ now: '1970-01-01T00:16:40.250Z', started_at: '1970-01-01T00:16:40.000Z' });
});

it('is another one at once when a certificate has changed', async () => {
  const { world, status } = await room();
  const first = status();
  world.look('a.example');
  expect(status()).not.toBe(first);
});

it('is another one at once when the configuration is another one', async () => {
  const { state, status } = await room();
  expect(status().certificates).toHaveLength(1);
  state.config = makeConfig([makeTarget(), makeTarget({ name: 'b.example', domains: ['b.example'] })]);
  expect(status().certificates).toHaveLength(2);
});

it('is another one at once when the program has another problem', async () => {
  const { state, status, metrics } = await room();
  expect(status().problems).toEqual([]);
  state.problems = [problem('config-refused', 'warning', null, 'a bad file', state.now)];
  expect(status().problems.map(({ code }) => code)).toEqual(['config-refused']);
  expect(status()).toBe(status());
  state.alive = false;
  expect(status().problems.map(({ code }) => code)).toEqual(['config-refused', 'daemon-stuck']);
  expect(metrics()).toContain('certd_up 0\n');
});

it('tells the last look in the metrics at once', async () => {
  const { state, metrics } = await room();
  metrics();
  state.lastLookAt = 5000;
  expect(metrics()).toContain('certd_last_pass_timestamp_seconds 5\n');
});

it('makes a new line when something has changed, else each minute', async () => {
  const { state, statusLine } = await room();
  const start = 'warning at 1970-01-01T00:16:40.000Z';
  expect(statusLine()).toBe(start);
  state.now += 59_999;
  expect(statusLine()).toBe(start);
  state.now += 1;
  expect(statusLine()).toBe('warning at 1970-01-01T00:17:40.000Z');
  state.now += 250;
  state.alive = false;
  expect(statusLine()).toBe('critical at 1970-01-01T00:17:40.250Z');
});
