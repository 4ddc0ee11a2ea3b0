import { beforeEach, expect, it } from 'vitest';
import type { Presented } from '../../src/core/deploy/presented.ts';
import type { PassParts } from '../../src/pass/pass-parts.ts';
import { readDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readLeafOf } from '../../src/store/generation.ts';
import { type CrashHost, target } from '../support/crash-host.ts';
import { makeEndpoint } from '../support/make-observed.ts';
import { passHost } from './pass-host.ts';

const hour = 3_600_000;
const other: Presented = {
  kind: 'leaf',
  fingerprintSha256: 'aabbccdd'.repeat(8),
  notAfter: Date.parse('2036-01-01'),
  fault: null,
};
const drifting = {
  ...target,
  deploy: { ...target.deploy, verify: [makeEndpoint()], redeployOnDrift: true },
};

let host: CrashHost;
let presented: Presented;

const pass = (parts: Partial<PassParts> = {}) =>
  host.start(realDisk, 'nothing', {
    targets: [drifting],
    parts: { endpointLook: async () => presented, ...parts },
  });
const liveOne = (): Presented => {
  const { fingerprintSha256, notAfter } = readLeafOf(host.layout().liveLink(target.name));
  return { kind: 'leaf', fingerprintSha256, notAfter, fault: null };
};
const state = () => readDeployState(host.layout().deployState(target.name));

/** Deployed, and served. */
beforeEach(async () => {
  host = await passHost();
  await host.start(realDisk, 'nothing');
  presented = liveOne();
  await pass();
});

it('a server that somebody has given another certificate has the hooks again, and then it is well', async () => {
  const before = host.hooksRun.length;
  presented = other;
  host.advance(hour);
  await pass();
  expect(state().served).toMatchObject([{ state: 'stale' }]);
  expect(host.hooksRun).toHaveLength(before);
  host.advance(60_000);
  const runHook = async () => {
    presented = liveOne();
    return { outcome: 'ok', detail: 'exit 0', output: '' } as const;
  };
  await pass({ runHook });
  host.advance(hour);
  await pass();
  expect(state().served).toMatchObject([{ state: 'match' }]);
  host.advance(60_000);
  const settled = host.hooksRun.length;
  await pass();
  expect(host.hooksRun).toHaveLength(settled);
});

it('hooks that fail are tried again with back-off, and what is live stays', async () => {
  presented = other;
  host.advance(hour);
  await pass();
  host.advance(60_000);
  let runs = 0;
  const runHook = async () => {
    runs += 1;
    return { outcome: 'hook-failed', detail: 'exit 1', output: '' } as const;
  };
  const live = host.live();
  await pass({ runHook });
  await pass({ runHook });
  expect(runs).toBe(1);
  expect(state()).toMatchObject({ failures: 1, lastError: { code: 'hook-failed' } });
  host.advance(2 * 60_000);
  await pass({ runHook });
  expect(runs).toBe(2);
  expect(host.live()).toBe(live);
});

it('a server that does not take it has the hooks again with back-off, and nothing goes round in circles', async () => {
  presented = other;
  host.advance(hour);
  await pass();
  const before = host.hooksRun.length;
  const live = host.live();
  // Ten hours, with a look of certd in every minute.
  for (let minute = 0; minute < 600; minute += 1) {
    host.advance(60_000);
    await pass();
  }
  expect(state()).toMatchObject({ lastError: { code: 'endpoint-stale' }, served: [{ state: 'stale' }] });
  const runs = (host.hooksRun.length - before) / target.deploy.hooks.length;
  // 1, 2, 4 … 512 minutes: see nextDeployAttempt.
  expect(runs).toBeGreaterThanOrEqual(9);
  expect(runs).toBeLessThanOrEqual(11);
  expect(host.live()).toBe(live);
  presented = liveOne();
  host.advance(24 * hour);
  const settled = host.hooksRun.length;
  await pass();
  expect(state()).toMatchObject({ failures: 0, lastError: null, served: [{ state: 'match' }] });
  expect(host.hooksRun).toHaveLength(settled);
});
