import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Target } from '../../src/core/model.ts';
import type { Disk } from '../../src/core/ports.ts';
import { runPass } from '../../src/daemon/run-pass.ts';
import { keepAccounts, replaceAccounts } from '../../src/pass/own-accounts.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readPair } from '../../src/store/generation.ts';
import {
  copy,
  isOnDisk,
  issuedOnOriginal,
  leftOf,
  passOn,
  recordOf,
  startOn,
} from '../support/cloned-host.ts';
import { type CrashHost, crashHost, target } from '../support/crash-host.ts';
import { dyingDisk } from '../support/dying-disk.ts';
import { makeCa } from '../support/make-cert.ts';
import { makeConfig } from '../support/make-config.ts';
import { powerLossDisk } from '../support/power-loss.ts';

/*
 * A copy of a state directory, stopped after each mutation of what certd does with it (docs/state.md section 13):
 * whatever is left leads to one account, one order and one key, and none of them is the other host's.
 */

const day = 86_400_000;
const hour = 3_600_000;

const reuse: Target = { ...target, keyReuse: true };
const hold: Target = { ...reuse, onClone: 'hold' };

type Story = {
  readonly wanted: Target;
  /** What is stopped, on a copy of a state with one certificate and a day later. */
  readonly act: (host: CrashHost, disk: Disk) => Promise<unknown>;
  /** How it goes on at the next start, beside passes. */
  readonly again: (host: CrashHost) => Promise<unknown>;
  /** Whether account and key are the other host's in the end. */
  readonly keeps: boolean;
  readonly atLeast: number;
};

describe.each<[string, Story]>([
  [
    'the whole of it',
    {
      wanted: reuse,
      act: async (host, disk) => {
        await passOn(host, copy, [reuse], { disk });
        host.advance(6 * hour);
        await passOn(host, copy, [reuse], { disk });
      },
      again: async () => {},
      keeps: false,
      atLeast: 50,
    },
  ],
  [
    '`certd account replace`',
    {
      wanted: hold,
      act: async (host, disk) => {
        const config = makeConfig([hold]);
        await startOn(
          host,
          copy,
          [hold],
          async parts => {
            await replaceAccounts(parts);
            await runPass(config, parts, { names: null, asked: 'pass' });
          },
          disk,
        );
      },
      // A person whose command has not ended gives it again; a second time would be another wish.
      again: async host => {
        if (recordOf(host)?.change?.phase !== 'waiting') return;
        await startOn(host, copy, [hold], replaceAccounts);
      },
      keeps: false,
      atLeast: 50,
    },
  ],
  [
    '`certd account keep`',
    {
      wanted: hold,
      act: (host, disk) => startOn(host, copy, [hold], keepAccounts, disk),
      again: host => startOn(host, copy, [hold], keepAccounts),
      keeps: true,
      atLeast: 4,
    },
  ],
])('%s, stopped', (_, story) => {
  it('by a kill after any mutation', async () => {
    await everyStop(story, async (host, after) => {
      const disk = dyingDisk(realDisk, { after, how: 'kill' });
      await Promise.allSettled([story.act(host, disk)]);
      return disk.calls() > after;
    });
  });

  it('by a full disk at any mutation', async () => {
    await everyStop(story, async (host, after) => {
      const disk = dyingDisk(realDisk, { after, how: 'ENOSPC' });
      await Promise.allSettled([story.act(host, disk)]);
      return disk.calls() > after;
    });
  });

  it('by a power loss after any mutation, with what was not synced gone', async () => {
    await everyStop(story, async (host, after) => {
      const power = powerLossDisk(realDisk, host.layout().root);
      const disk = dyingDisk(power.disk, { after, how: 'kill' });
      await Promise.allSettled([story.act(host, disk)]);
      power.leave(join(host.dir, 'after'));
      host.moveState(join(host.dir, 'after'));
      return disk.calls() > after;
    });
  });
});

async function everyStop(story: Story, stop: (host: CrashHost, after: number) => Promise<boolean>) {
  const ca = await makeCa('clone test', undefined, { notAfter: new Date(Date.now() + 3650 * day) });
  const host = crashHost(ca);
  onTestFinished(host.remove);
  const account = await issuedOnOriginal(host, [story.wanted]);
  const before = { account, key: keyOf(host), live: host.live() };
  host.advance(day);
  const rewind = host.keep();
  let after = 0;
  for (let reached = true; reached; after++) {
    rewind();
    reached = await stop(host, after);
    await expectGood(host, story, before, `stopped after ${after} mutations`);
  }
  expect(after).toBeGreaterThan(story.atLeast);
}

async function expectGood(
  host: CrashHost,
  { wanted, again, keeps }: Story,
  before: { readonly account: string; readonly key: string; readonly live: string | null },
  where: string,
) {
  await passOn(host, copy, [wanted]);
  await again(host);
  // Longer than the moment, and any back-off of what had failed, are away.
  for (let days = 0; days < 2; days++) {
    host.advance(25 * hour);
    await passOn(host, copy, [wanted]);
  }
  expect(recordOf(host), where).toEqual({ facts: copy, change: null, copied: [] });
  expect(isOnDisk(host, before.account), `${where}: the account's key`).toBe(keeps);
  expect(keyOf(host) === before.key, `${where}: the key`).toBe(keeps);
  expect(host.live() === before.live, `${where}: the certificate`).toBe(keeps);
  expect(leftOf(host).work, where).toEqual([]);
  // One that the stop has kept from being recorded is placed again; none names the other host's certificate.
  expect(host.issuer.orders.length, `${where}: orders`).toBeLessThanOrEqual(3);
  expect(new Set(host.issuer.replaced), where).toEqual(new Set([null]));
  expect(existsSync(`${host.layout().identity}.new`), where).toBe(false);
}

const keyOf = (host: CrashHost) => readPair(host.layout().liveLink(target.name)).key;
