import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { accountStore } from '../../src/store/account.ts';
import { realDisk } from '../../src/store/disk.ts';
import type { Layout } from '../../src/store/layout.ts';
import { recordingDisk } from '../support/recording-disk.ts';
import { modesOf, openStateDir } from '../support/state-dir.ts';

const directoryUrl = 'https://ca.test:14000/dir';
/** Of `printf %s https://ca.test:14000/dir | sha256sum`. */
const place = 'ca.test_14000-a0b46e77';

const registration = {
  url: 'https://ca.test:14000/account/1',
  email: 'ops@example.com',
  leaving: false,
};

let layout: Layout;
const usualUmask = process.umask();

beforeEach(async () => {
  layout = await openStateDir();
});
afterEach(() => {
  process.umask(usualUmask);
});

it('has no account before there is a key, and a key before there is a URL', async () => {
  const account = accountStore(realDisk, layout, directoryUrl);
  expect(await account.read()).toBeNull();
  await account.createKey('KEY\n');
  expect(await account.read()).toEqual({ keyPem: 'KEY\n', nextKeyPem: null, registration: null });
  await account.save(registration);
  expect(await account.read()).toEqual({ keyPem: 'KEY\n', nextKeyPem: null, registration });
});

it.each([0o000, 0o077])('keeps the key from everybody under umask %i', async umask => {
  process.umask(umask);
  const account = accountStore(realDisk, layout, directoryUrl);
  await account.createKey('KEY\n');
  await account.save(registration);
  expect(modesOf(layout.accounts)).toEqual([
    `0700 ${place}/`,
    `0600 ${place}/account.json`,
    `0400 ${place}/key.pem`,
  ]);
});

it('has key and URL durable when it returns', async () => {
  const disk = recordingDisk(layout.accounts);
  const account = accountStore(disk, layout, directoryUrl);
  await account.createKey('KEY\n');
  const key = ['writeNew key.pem.new', 'rename key.pem.new key.pem'].map(call =>
    call.replaceAll('key.pem', `${place}/key.pem`),
  );
  expect(disk.calls).toEqual([`makeDir ${place}`, 'syncDir .', ...key, `syncDir ${place}`]);
  await account.save(registration);
  expect(disk.calls.at(-1)).toBe(`syncDir ${place}`);
  // After a kill the directory may be there and not yet durable: it is synced all the same.
  await account.createKey('KEY\n');
  expect(disk.calls.slice(-4)).toEqual(['syncDir .', ...key, `syncDir ${place}`]);
});

it('keeps the accounts of two directories apart, also on one host', async () => {
  await accountStore(realDisk, layout, directoryUrl).createKey('ONE\n');
  const other = accountStore(realDisk, layout, 'https://ca.test:14000/other');
  expect(await other.read()).toBeNull();
  await other.createKey('TWO\n');
  expect(await accountStore(realDisk, layout, directoryUrl).read()).toEqual({
    keyPem: 'ONE\n',
    nextKeyPem: null,
    registration: null,
  });
  expect(readdirSync(layout.accounts)).toHaveLength(2);
});

it('refuses a spoiled account.json and leaves it', async () => {
  const account = accountStore(realDisk, layout, directoryUrl);
  await account.createKey('KEY\n');
  const path = join(layout.accountOf(directoryUrl), 'account.json');
  writeFileSync(path, '{"schema":1,"url":null}');
  await expect(account.read()).rejects.toMatchObject({
    code: 'state-corrupt',
    message: `${path} cannot be used: "url" is not a text`,
  });
  expect(readFileSync(path, 'utf8')).toBe('{"schema":1,"url":null}');
});
