import { expect, it } from 'vitest';
import type { Target } from '../../src/core/model.ts';
import { toRfc3339 } from '../../src/core/text/time-text.ts';
import { runPass } from '../../src/daemon/run-pass.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readPair } from '../../src/store/generation.ts';
import { type CrashHost, target } from '../support/crash-host.ts';
import { makeConfig } from '../support/make-config.ts';
import { makeDeploy } from '../support/make-observed.ts';
import { passHost } from './pass-host.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** With a window of three hours that opens in twelve, by the clock of the host. */
function heldTarget(host: CrashHost): Target {
  const opens = Math.floor(host.now() / 60_000 + 12 * 60) % (24 * 60);
  const window = { from: opens, to: (opens + 3 * 60) % (24 * 60), timeZone: 'UTC' };
  return { ...target, deploy: makeDeploy({ ...target.deploy, window }) };
}

it('the first certificate waits for no window, its successor does, and the window lets it go by itself', async () => {
  const host = await passHost();
  const targets = [heldTarget(host)];
  await host.start(realDisk, 'nothing', { targets });
  const first = host.live();
  expect(host.hooksRun).toEqual([`first ${first}`, `second ${first}`]);

  host.advance(60 * day);
  const [held] = await host.start(realDisk, 'nothing', { targets });
  expect(held).toMatchObject({ deployed: null, error: null });
  expect(held?.issued).toMatch(/^0002-/);
  expect(host.live()).toBe(first);

  host.advance(11 * hour);
  await host.start(realDisk, 'nothing', { targets });
  expect(host.live()).toBe(first);
  host.advance(hour);
  const [deployed] = await host.start(realDisk, 'nothing', { targets });
  expect(deployed).toMatchObject({ issued: null, deployed: held?.issued });
  expect(host.issuer.orders).toHaveLength(2);
});

it('a clock that is set back or ahead meanwhile counts from where it is', async () => {
  const host = await passHost();
  const targets = [heldTarget(host)];
  await host.start(realDisk, 'nothing', { targets });
  host.advance(60 * day);
  const [held] = await host.start(realDisk, 'nothing', { targets });
  host.advance(-5 * day);
  await host.start(realDisk, 'nothing', { targets });
  expect(`0002-${host.live()}`).not.toBe(held?.issued);
  host.advance(5 * day + 12 * hour);
  await host.start(realDisk, 'nothing', { targets });
  expect(`0002-${host.live()}`).toBe(held?.issued);
});

it('the window is not waited for once a twentieth of the old lifetime is left', async () => {
  const host = await passHost();
  const first = heldTarget(host);
  await host.start(realDisk, 'nothing', { targets: [first] });
  const { leaf } = readPair(host.layout().liveLink(target.name));
  const latest = leaf.notAfter - (leaf.notAfter - leaf.notBefore) / 20;
  // Orders wait for two days before that; the window of the day has been missed by an hour.
  host.advance(latest - 9 * hour - host.now());
  const opened = (Math.floor(host.now() / 60_000) + 20 * 60) % (24 * 60);
  const window = { from: opened, to: (opened + 3 * 60) % (24 * 60), timeZone: 'UTC' };
  const targets = [{ ...first, deploy: { ...first.deploy, window } }];
  const [held] = await host.start(realDisk, 'nothing', { targets });
  expect(held).toMatchObject({ deployed: null, error: null });
  host.advance(9 * hour - 1);
  expect(await host.start(realDisk, 'nothing', { targets })).toMatchObject([{ deployed: null }]);
  host.advance(1);
  expect(await host.start(realDisk, 'nothing', { targets })).toMatchObject([{ deployed: held?.issued }]);
});

it('who asks for a renewal by name is told until when its deploy is held', async () => {
  const host = await passHost();
  const targets = [heldTarget(host)];
  await host.start(realDisk, 'nothing', { targets });
  const opens = (Math.floor(host.now() / 60_000) + 12 * 60) * 60_000;
  const wish = { names: [target.name], asked: 'forced' } as const;
  const answer = await host.run(realDisk, parts => runPass(makeConfig(targets), parts, wish));
  expect(answer.results).toMatchObject([
    { deployed: null, error: null, deploy_held_until: toRfc3339(opens) },
  ]);
  expect(answer.results[0]?.issued).toMatch(/^0002-/);
});
