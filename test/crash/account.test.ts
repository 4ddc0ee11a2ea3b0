import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AccountStore, Disk, StoredAccount } from '../../src/core/ports.ts';
import { accountStore } from '../../src/store/account.ts';
import { realDisk } from '../../src/store/disk.ts';
import { type Layout, layoutAt } from '../../src/store/layout.ts';
import { sweepLeftovers } from '../../src/store/open.ts';
import { type Bench, openBench } from '../acme/harness.ts';
import { dyingDisk } from '../support/dying-disk.ts';
import { powerLossDisk } from '../support/power-loss.ts';
import { openStateDir, ownDir } from '../support/state-dir.ts';

/*
 * What is done with an account, stopped after each mutation of the disk (docs/state.md section 7): whatever is left
 * leads to one account that works.
 */

type Issuer = Awaited<ReturnType<Bench['reopen']>>;

type World = {
  readonly bench: Bench;
  /** A start of certd on this disk and state. */
  open(disk: Disk, layout: Layout): Promise<{ issuer: Issuer; account: AccountStore }>;
};

type Story = {
  readonly prepare: () => Promise<World & { readonly layout: Layout }>;
  readonly act: (issuer: Issuer, bench: Bench) => Promise<unknown>;
  /** After a new start on what the stop has left; `issuer` is that of the new start. */
  readonly expectGood: (after: {
    readonly bench: Bench;
    readonly issuer: Issuer;
    readonly account: AccountStore;
    readonly where: string;
  }) => Promise<void>;
  /** How many mutations the story has. */
  readonly mutations: number;
};

function describeStops(what: string, { prepare, act, expectGood, mutations }: Story): void {
  const goOn = async ({ bench, open }: World, layout: Layout, where: string) => {
    await sweepLeftovers(realDisk, layout);
    await expectGood({ bench, ...(await open(realDisk, layout)), where });
  };

  describe(`${what} that is stopped`, () => {
    it('by a kill', async () => {
      let after = 0;
      for (let reached = true; reached; after++) {
        const world = await prepare();
        const disk = dyingDisk(realDisk, { after, how: 'kill' });
        const { issuer } = await world.open(disk, world.layout);
        await act(issuer, world.bench).catch(() => undefined);
        reached = disk.calls() > after;
        await goOn(world, world.layout, `stopped after ${after} mutations`);
      }
      expect(after).toBe(mutations + 1);
    });

    it('by a power loss that takes what was not synced', async () => {
      let after = 0;
      for (let reached = true; reached; after++) {
        const world = await prepare();
        const power = powerLossDisk(realDisk, world.layout.root);
        const disk = dyingDisk(power.disk, { after, how: 'kill' });
        const { issuer } = await world.open(disk, world.layout);
        await act(issuer, world.bench).catch(() => undefined);
        reached = disk.calls() > after;
        const left = join(ownDir(), 'after');
        power.leave(left);
        await goOn(world, layoutAt(left), `stopped after ${after} mutations`);
      }
      expect(after).toBe(mutations + 1);
    });

    it('by a disk that fails once, and goes on in the same process', async () => {
      for (let after = 0; after < mutations; after++) {
        const world = await prepare();
        const disk = dyingDisk(realDisk, { after, how: 'EIO' });
        const { issuer, account } = await world.open(disk, world.layout);
        const where = `failing after ${after} mutations`;
        await expect(act(issuer, world.bench), where).rejects.toThrow('EIO');
        await expectGood({ bench: world.bench, issuer, account, where });
      }
    });
  });
}

async function openWorld(): Promise<World & { readonly layout: Layout }> {
  const bench = await openBench();
  return { bench, open: opener(bench), layout: await openStateDir() };
}

function opener(bench: Bench, authority: Parameters<Bench['reopenAt']>[0] = {}): World['open'] {
  return async (disk, layout) => {
    const account = accountStore(disk, layout, bench.ca.directoryUrl);
    return { issuer: await bench.reopen({ account }, authority), account };
  };
}

const order = (issuer: Issuer, { signal }: Bench) =>
  issuer.order({ domains: ['a.example'], replaces: null, profile: null }, signal);

/** With an account, as a process has left it that ended well. */
async function withAccount() {
  const world = await openWorld();
  const { issuer } = await world.open(realDisk, world.layout);
  await order(issuer, world.bench);
  return world;
}

describeStops('the first entry, with a binding that is good once,', {
  prepare: async () => {
    const bench = await openBench({ eabRequired: true, eabKeys: new Map([['kid-1', macKey]]) });
    const hmacKeyFile = join(ownDir(), 'eab.hmac');
    writeFileSync(hmacKeyFile, macKey, { mode: 0o640 });
    const open = opener(bench, { eab: { kid: 'kid-1', hmacKeyFile } });
    return { bench, open, layout: await openStateDir() };
  },
  act: order,
  expectGood: async ({ bench, issuer, account, where }) => {
    await order(issuer, bench);
    expect(bench.ca.accounts, where).toHaveLength(1);
    expect(urlOf(await account.read()), where).toBe(bench.ca.accounts[0]?.url);
  },
  // Directory and its sync, key (three), URL (three).
  mutations: 8,
});

describeStops('a rollover', {
  prepare: withAccount,
  act: (issuer, { signal }) => issuer.care.rollOver(signal),
  expectGood: async ({ bench, issuer, where }) => {
    await order(issuer, bench);
    expect(bench.ca.accounts, where).toHaveLength(1);
    const before = bench.ca.accounts[0]?.jwk;
    // An interrupted one is finished by the next, and a whole one is followed by another.
    await issuer.care.rollOver(bench.signal);
    await order(issuer, bench);
    expect(bench.ca.accounts, where).toHaveLength(1);
    expect(bench.ca.accounts[0]?.jwk, where).not.toEqual(before);
    expect(await issuer.care.show(bench.signal), where).toMatchObject({ rolloverUnfinished: false });
  },
  // The next key (three), its adoption (two).
  mutations: 5,
});

describeStops('a deactivation', {
  prepare: withAccount,
  act: (issuer, { signal }) => issuer.care.deactivate(signal),
  expectGood: async ({ bench, issuer, account, where }) => {
    const [old] = bench.ca.accounts;
    const wasLeft = old?.status === 'deactivated';
    await order(issuer, bench);
    // Where the CA has ended it, a new one is made; where it has not heard of it, it is used on.
    expect(bench.ca.accounts, where).toHaveLength(wasLeft ? 2 : 1);
    expect(urlOf(await account.read()), where).toBe(bench.ca.accounts.at(-1)?.url);
    await issuer.care.deactivate(bench.signal);
    expect(await account.read(), where).toBeNull();
    expect(
      bench.ca.accounts.map(({ status }) => status),
      where,
    ).not.toContain('valid');
  },
  // The mark (three), the rename and its sync, two files and their directory.
  mutations: 8,
});

describeStops('a change of the e-mail address', {
  prepare: async () => {
    const world = await withAccount();
    const { bench } = world;
    const open: World['open'] = async (disk, layout) => {
      const account = accountStore(disk, layout, bench.ca.directoryUrl);
      return { issuer: await bench.reopen({ account, email: 'new@example.com' }), account };
    };
    return { ...world, open };
  },
  act: async (issuer, bench) => {
    await order(issuer, bench);
    const [failed] = bench.warnings;
    if (failed !== undefined) throw failed;
  },
  expectGood: async ({ bench, issuer, account, where }) => {
    await order(issuer, bench);
    expect(bench.ca.accounts[0]?.contact, where).toEqual(['mailto:new@example.com']);
    expect(urlOf(await account.read()), where).toBe(bench.ca.accounts[0]?.url);
  },
  mutations: 3,
});

it('an empty directory of an account, as a kill leaves it, is in nobody’s way', async () => {
  const { bench, open, layout } = await openWorld();
  mkdirSync(layout.accountOf(bench.ca.directoryUrl), { mode: 0o700 });
  const { issuer, account } = await open(realDisk, layout);
  await order(issuer, bench);
  expect(urlOf(await account.read())).toBe(bench.ca.accounts[0]?.url);
});

it('keys of an account that was deactivated are gone at the next start, also after a kill', async () => {
  const { bench, open, layout } = await withAccount();
  const { issuer } = await open(dyingDisk(realDisk, { after: 5, how: 'kill' }), layout);
  await issuer.care.deactivate(bench.signal).catch(() => undefined);
  expect(readdirSync(layout.accounts)).toEqual([expect.stringMatching(/^\.old-127\.0\.0\.1_/)]);
  await sweepLeftovers(realDisk, layout);
  expect(readdirSync(layout.accounts)).toEqual([]);
});

const macKey = 'MDEyMzQ1Njc4OWFiY2RlZg';

function urlOf(stored: StoredAccount | null): string | undefined {
  return stored?.registration?.url;
}
