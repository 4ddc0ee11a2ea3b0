import { expect, it } from 'vitest';
import { awaitDeployer } from '../../src/pass/await-deployer.ts';
import type { PassParts } from '../../src/pass/pass-parts.ts';
import { reconcile } from '../../src/reconcile.ts';
import { realDisk } from '../../src/store/disk.ts';
import { type CrashHost, target } from '../support/crash-host.ts';
import { passHost } from './pass-host.ts';

const waitsFor = 12_000;

/** Waits among so many for a deployer that deploys after 12 s: when the disk was looked at, and when the waiting ended. */
async function wait(waiting: number, deploy: (host: CrashHost, parts: PassParts) => Promise<unknown>) {
  const host = await passHost();
  return host.runIssuer(realDisk, async parts => {
    await reconcile([target], 'nothing', parts);
    const startedAt = host.now();
    const looks: number[] = [];
    const look = (name: string) => {
      looks.push(host.now() - startedAt);
      return parts.world.look(name);
    };
    const sleep = async (ms: number) => {
      host.advance(ms);
      if (host.now() - startedAt === waitsFor) await deploy(host, parts);
    };
    const given = {
      ...parts,
      random: () => 0.5,
      world: { ...parts.world, look },
      clock: { ...parts.clock, sleep },
    };
    const outcome = await awaitDeployer(target, waiting, given);
    expect(outcome).toMatchObject({ name: target.name, error: null });
    return { looks, endedAt: host.now() - startedAt };
  });
}

it('one of a thousand looks every ten seconds by itself, and sees at once what it is told of', async () => {
  const told = await wait(1000, async (host, { world }) => {
    await host.runDeployer(realDisk);
    world.forget(target.name);
  });
  expect(told).toEqual({ looks: [5000], endedAt: waitsFor });
});

it('where nobody tells it looks by itself in the end', async () => {
  expect(await wait(1000, host => host.runDeployer(realDisk))).toEqual({
    looks: [5000, 15_000],
    endedAt: 15_000,
  });
});

it('one alone looks at each step', async () => {
  const { looks, endedAt } = await wait(1, host => host.runDeployer(realDisk));
  expect(looks.slice(0, 3)).toEqual([250, 500, 750]);
  expect(endedAt).toBe(waitsFor);
});
