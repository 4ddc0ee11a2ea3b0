import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Target } from '../../src/core/model.ts';
import { accountStore } from '../../src/store/account.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readPair } from '../../src/store/generation.ts';
import { authority, type CrashHost, target } from '../support/crash-host.ts';
import { passHost } from './pass-host.ts';

const reuse: Target = { ...target, keyReuse: true };
const liveKey = (host: CrashHost) => readPair(host.layout().liveLink('crash.test')).key;

/** The live key after each of some forced orders. */
async function keysOf(host: CrashHost, targets: readonly Target[]): Promise<string[]> {
  const keys: string[] = [];
  for (const each of targets) {
    await host.start(realDisk, 'forced', { targets: [each] });
    keys.push(liveKey(host));
  }
  return keys;
}

it('a renewal keeps the key only where that is asked for', async () => {
  const host = await passHost();
  const [first, second, third, fourth] = await keysOf(host, [reuse, reuse, target, reuse]);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
  expect(fourth).toBe(third);
  expect(host.issuer.orders).toHaveLength(4);
});

it('another type makes a new key, which is kept from then on', async () => {
  const host = await passHost();
  const p384: Target = { ...reuse, keyType: 'ecdsa-p384' };
  const [first, second, third] = await keysOf(host, [reuse, p384, p384]);
  expect(second).not.toBe(first);
  expect(third).toBe(second);
});

it('the key of the account at the same CA is not kept', async () => {
  const host = await passHost();
  const [first = ''] = await keysOf(host, [reuse]);
  await accountStore(realDisk, host.layout(), authority.directoryUrl).createKey(first);
  const [second] = await keysOf(host, [reuse]);
  expect(second).not.toBe(first);
});

it('a key that is gone from the disk at the last moment is replaced', async () => {
  const host = await passHost();
  const [first] = await keysOf(host, [reuse]);
  const directory = host.layout().issuedGeneration('crash.test', `0001-${host.live()}`);
  const spoil = {
    ...realDisk,
    // The attempt has begun: what the look saw is good, and what is read next is not.
    writeNew: async (path: string, bytes: Uint8Array, mode: number) => {
      rmSync(join(directory, 'privkey.pem'), { force: true });
      writeFileSync(join(directory, 'privkey.pem'), 'no key');
      await realDisk.writeNew(path, bytes, mode);
    },
  };
  await host.start(spoil, 'forced', { targets: [reuse] });
  expect(liveKey(host)).not.toBe(first);
  expect(host.logged).toMatchObject([{ msg: 'key could not be kept', code: 'generation-damaged' }]);
});
