import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Disk } from '../../src/core/ports.ts';
import { accountStore } from '../../src/store/account.ts';
import { realDisk } from '../../src/store/disk.ts';
import { type Layout, layoutAt } from '../../src/store/layout.ts';
import { dyingDisk } from '../support/dying-disk.ts';
import { powerLossDisk } from '../support/power-loss.ts';
import { openStateDir, ownDir } from '../support/state-dir.ts';
import { type Bench, openBench } from './harness.ts';

/*
 * An account with a binding that is good once (RFC 8555 §7.3.4), stopped after each mutation of the disk:
 * whatever is left leads to the one account that the binding pays for.
 */

const macKey = 'MDEyMzQ1Njc4OWFiY2RlZg';

async function openBound() {
  const bench = await openBench({ eabRequired: true, eabKeys: new Map([['kid-1', macKey]]) });
  const hmacKeyFile = join(ownDir(), 'eab.hmac');
  writeFileSync(hmacKeyFile, macKey, { mode: 0o640 });
  const enter = async (disk: Disk, layout: Layout) => {
    const account = accountStore(disk, layout, bench.ca.directoryUrl);
    const eab = { kid: 'kid-1', hmacKeyFile };
    const issuer = await bench.reopen({ account }, { eab });
    await issuer.order({ domains: ['a.example'], replaces: null, profile: null }, bench.signal);
    return account.read();
  };
  return { bench, enter };
}

async function expectOneAccount(bench: Bench, found: Promise<{ url: string | null } | null>, where: string) {
  expect((await found)?.url, where).toBe(bench.ca.accounts[0]?.url);
  expect(bench.ca.accounts, where).toHaveLength(1);
}

it('by a kill: the same account', async () => {
  let after = 0;
  for (let reached = true; reached; after++) {
    const { bench, enter } = await openBound();
    const layout = await openStateDir();
    const disk = dyingDisk(realDisk, { after, how: 'kill' });
    await enter(disk, layout).catch(() => undefined);
    reached = disk.calls() > after;
    await expectOneAccount(bench, enter(realDisk, layout), `stopped after ${after} mutations`);
  }
  // Directory and its sync, key (three), URL (three): fewer would mean that the disk was not wrapped.
  expect(after).toBe(9);
});

it('by a power loss that takes what was not synced: the same account', async () => {
  let after = 0;
  for (let reached = true; reached; after++) {
    const { bench, enter } = await openBound();
    const layout = await openStateDir();
    const power = powerLossDisk(realDisk, layout.root);
    const disk = dyingDisk(power.disk, { after, how: 'kill' });
    await enter(disk, layout).catch(() => undefined);
    reached = disk.calls() > after;
    const left = join(ownDir(), 'after');
    power.leave(left);
    await expectOneAccount(bench, enter(realDisk, layoutAt(left)), `stopped after ${after} mutations`);
  }
  expect(after).toBe(9);
});

it('by a disk that fails once: the same account, at the next attempt of the same process', async () => {
  for (let after = 0; after < 8; after++) {
    const { bench, enter } = await openBound();
    const layout = await openStateDir();
    const disk = dyingDisk(realDisk, { after, how: 'EIO' });
    await expect(enter(disk, layout), `failing after ${after}`).rejects.toThrow('EIO');
    await expectOneAccount(bench, enter(disk, layout), `failing after ${after} mutations`);
  }
});

it('an empty directory of an account, as a kill leaves it, is in nobody’s way', async () => {
  const { bench, enter } = await openBound();
  const layout = await openStateDir();
  mkdirSync(layout.accountOf(bench.ca.directoryUrl), { mode: 0o700 });
  await expectOneAccount(bench, enter(realDisk, layout), 'an empty directory');
});
