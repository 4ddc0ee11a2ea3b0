import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { realDisk } from '../../src/store/disk.ts';
import { type Pair, readIssuedPair } from '../../src/store/generation.ts';
import type { Layout } from '../../src/store/layout.ts';
import { readOrigin } from '../../src/store/origin.ts';
import {
  beginWork,
  discardWork,
  publishWork,
  readWork,
  recordDownload,
  recordOrder,
  workFits,
} from '../../src/store/work.ts';
import { makeChoice, makeTarget } from '../support/make-observed.ts';
import { makePair, writeGeneration } from '../support/make-pair.ts';
import { recordingDisk } from '../support/recording-disk.ts';
import { modesOf, openStateDir, treeOf } from '../support/state-dir.ts';

const name = 'a.example';
const directoryUrl = 'https://ca.test/dir';
const request = Uint8Array.of(0x30, 0x82, 0x00, 0xff);
const order = {
  url: 'https://ca.test/order/1',
  ca: 'main',
  directoryUrl,
  account: 'https://ca.test/account/7',
  domains: ['a.example', 'b.example'],
  keyType: 'ecdsa-p256',
  profile: { wanted: 'tlsserver', ordered: null },
  placedAt: Date.parse('2026-11-24T12:00:00Z'),
  notBefore: null,
} as const;

const tlsserver = { name: 'tlsserver', required: false };

let pair: Pair;
let layout: Layout;

beforeAll(async () => {
  pair = await makePair();
});

beforeEach(async () => {
  layout = await openStateDir();
});

const validated = [{ domain: 'a.example', ca: 'main', at: Date.parse('2026-01-02T03:04:05.678Z') }];

const begin = () => beginWork(realDisk, layout, name, { key: pair.key, request });
const download = () =>
  recordDownload(realDisk, layout, name, { ...order, pair, preferredChain: 'ISRG Root X1', validated });
const remove = (file: string) => rmSync(join(layout.workOf(name), file));

async function ordered(): Promise<void> {
  await begin();
  await recordOrder(realDisk, layout, name, order);
}

it('has nothing to take up before the order is recorded', async () => {
  expect(readWork(layout, name)).toBeNull();
  await begin();
  expect(readWork(layout, name)).toBeNull();
});

it('gives back the order with its key and its request', async () => {
  await ordered();
  expect(readWork(layout, name)).toEqual({
    key: pair.key,
    request: Buffer.from(request),
    order,
    downloaded: false,
  });
  expect(modesOf(layout.work)).toEqual([
    '0700 a.example/',
    '0400 a.example/order.json',
    '0400 a.example/privkey.pem',
    '0400 a.example/request.der',
  ]);
});

it('has key and request durable before an order can be placed', async () => {
  const disk = recordingDisk(layout.work);
  await beginWork(disk, layout, name, { key: pair.key, request });
  expect(disk.calls).toEqual([
    'makeDir a.example',
    'writeNew a.example/privkey.pem',
    'writeNew a.example/request.der',
    'writeNew a.example/order.json.new',
    'syncDir a.example',
    'syncDir .',
  ]);
});

it('keeps the order when the next look at it is put off', async () => {
  await ordered();
  const notBefore = Date.parse('2026-11-24T12:05:00Z');
  await recordOrder(realDisk, layout, name, { ...order, notBefore });
  expect(readWork(layout, name)?.order).toEqual({ ...order, notBefore });
});

it('reads an order of before that had neither profile nor times', async () => {
  await ordered();
  const old = {
    schema: 1,
    url: order.url,
    ca: 'main',
    directory: directoryUrl,
    domains: order.domains,
    key_type: 'ecdsa-p256',
  };
  rmSync(join(layout.workOf(name), 'order.json'));
  await realDisk.writeNew(join(layout.workOf(name), 'order.json'), Buffer.from(JSON.stringify(old)), 0o400);
  expect(readWork(layout, name)?.order).toEqual({
    ...order,
    profile: { wanted: null, ordered: null },
    account: null,
    placedAt: null,
  });
});

it('begins anew over an old work directory', async () => {
  await ordered();
  await begin();
  expect(readWork(layout, name)).toBeNull();
  expect(modesOf(layout.work)).toEqual([
    '0700 a.example/',
    '0400 a.example/order.json.new',
    '0400 a.example/privkey.pem',
    '0400 a.example/request.der',
  ]);
});

it.each(['privkey.pem', 'request.der'])('refuses an order without its %s', async file => {
  await ordered();
  remove(file);
  expect(() => readWork(layout, name)).toThrow(
    expect.objectContaining({
      code: 'state-corrupt',
      message: `${layout.workOf(name)} has an order without its key or its request`,
    }),
  );
});

it.each([
  ['as it was placed for', true, {}],
  ['with its domains in another order', true, { domains: ['b.example', 'a.example'] }],
  ['with a domain more', false, { domains: ['a.example', 'b.example', 'c.example'] }],
  ['with a domain less', false, { domains: ['a.example'] }],
  ['with another key type', false, { keyType: 'rsa-2048' }],
  ['from another CA', false, { cas: [makeChoice({ name: 'other', profile: tlsserver })] }],
  ['of another profile', false, { cas: [makeChoice({ profile: { name: 'classic', required: false } })] }],
  ['of no profile', false, { cas: [makeChoice()] }],
  [
    'whose profile is required now',
    false,
    { cas: [makeChoice({ profile: { ...tlsserver, required: true } })] },
  ],
] as const)('a certificate %s fits: %s', async (_, fits, change) => {
  await ordered();
  const work = readWork(layout, name);
  if (work === null) throw new Error('no work');
  const target = makeTarget({
    domains: order.domains,
    cas: [makeChoice({ profile: tlsserver })],
    ...change,
  });
  expect(workFits(work, target, directoryUrl)).toBe(fits);
  expect(workFits(work, target, 'https://ca.test/other')).toBe(false);
});

it('is downloaded only once generation.json says so', async () => {
  await ordered();
  await download();
  expect(readWork(layout, name)?.downloaded).toBe(true);
  expect(readIssuedPair(layout, layout.workOf(name))).toMatchObject(pair);
  expect(readOrigin(layout, layout.workOf(name))).toEqual({
    ca: 'main',
    directoryUrl,
    account: 'https://ca.test/account/7',
    profile: { wanted: 'tlsserver', ordered: null },
    preferredChain: 'ISRG Root X1',
    validated,
  });
  remove('generation.json');
  expect(readWork(layout, name)?.downloaded).toBe(false);
});

it('has no validation on record where an earlier version has issued', async () => {
  await ordered();
  await download();
  const path = join(layout.workOf(name), 'generation.json');
  const { validated: _, ...before } = JSON.parse(readFileSync(path, 'utf8'));
  rmSync(path);
  writeFileSync(path, JSON.stringify(before), { mode: 0o400 });
  expect(readOrigin(layout, layout.workOf(name)).validated).toEqual([]);
});

it('writes a download over one that was cut short, and keeps the key', async () => {
  await ordered();
  await realDisk.writeNew(join(layout.workOf(name), 'cert.pem'), Buffer.from('half'), 0o400);
  await realDisk.writeNew(join(layout.workOf(name), 'chain.pem'), Buffer.from(''), 0o400);
  await realDisk.writeNew(join(layout.workOf(name), 'generation.json.new'), Buffer.from('{'), 0o400);
  const disk = recordingDisk(layout.workOf(name));
  await recordDownload(disk, layout, name, { ...order, pair, preferredChain: 'ISRG Root X1', validated });
  expect(readIssuedPair(layout, layout.workOf(name))).toMatchObject(pair);
  expect(disk.calls.filter(call => call.includes('privkey'))).toEqual([]);
  expect(disk.calls.slice(-4)).toEqual([
    'unlink generation.json.new',
    'writeNew generation.json.new',
    'rename generation.json.new generation.json',
    'syncDir .',
  ]);
});

it('becomes the first issued generation by rename', async () => {
  await ordered();
  await download();
  const id = await publishWork(realDisk, layout, name);
  expect(id).toBe(
    `0001-${readIssuedPair(layout, layout.issuedGeneration(name, id)).leaf.fingerprintSha256.slice(0, 8)}`,
  );
  expect(modesOf(layout.issued)).toEqual([
    '0700 a.example/',
    `0700 a.example/${id}/`,
    `0400 a.example/${id}/cert.pem`,
    `0400 a.example/${id}/chain.pem`,
    `0400 a.example/${id}/fullchain.pem`,
    `0400 a.example/${id}/generation.json`,
    `0400 a.example/${id}/order.json`,
    `0400 a.example/${id}/privkey.pem`,
    `0400 a.example/${id}/request.der`,
  ]);
  expect(treeOf(layout.work)).toEqual([]);
  expect(readOrigin(layout, layout.issuedGeneration(name, id))).toEqual({
    ca: 'main',
    directoryUrl,
    account: 'https://ca.test/account/7',
    profile: { wanted: 'tlsserver', ordered: null },
    preferredChain: 'ISRG Root X1',
    validated,
  });
});

it('makes the new name durable in both parents, and the parent in its own', async () => {
  await ordered();
  await download();
  const disk = recordingDisk(layout.issuer);
  const id = await publishWork(disk, layout, name);
  const renamed = [
    'syncDir issued',
    `rename work/a.example issued/a.example/${id}`,
    'syncDir issued/a.example',
    'syncDir work',
  ];
  expect(disk.calls).toEqual(['makeDir issued/a.example', ...renamed]);
  // After a kill the parent may be there and not yet durable: it is synced all the same.
  await realDisk.rename(layout.issuedGeneration(name, id), layout.workOf(name));
  const again = recordingDisk(layout.issuer);
  await publishWork(again, layout, name);
  expect(again.calls).toEqual(renamed);
});

it('never counts back, also when issued/ was lost and only deployed/ has generations', async () => {
  await realDisk.makeDir(layout.deployedOf(name), 0o755);
  await writeGeneration(layout.deployedGeneration(name, '0041-aabbccdd'), pair);
  await ordered();
  await download();
  expect(await publishWork(realDisk, layout, name)).toMatch(/^0042-[0-9a-f]{8}$/);
});

it('counts on past the largest of both places, past 9999 and past damaged ones', async () => {
  await realDisk.makeDir(layout.issuedOf(name), 0o700);
  await realDisk.makeDir(layout.issuedGeneration(name, '10011-00000000'), 0o700);
  await realDisk.makeDir(layout.issuedGeneration(name, '9999-00000000'), 0o700);
  await ordered();
  await download();
  expect(await publishWork(realDisk, layout, name)).toMatch(/^10012-/);
});

it('is not published while it is incomplete', async () => {
  await ordered();
  await expect(publishWork(realDisk, layout, name)).rejects.toMatchObject({ code: 'generation-damaged' });
  expect(readWork(layout, name)?.order).toEqual(order);
});

it('is gone for good when it is discarded', async () => {
  await ordered();
  await discardWork(realDisk, layout, name);
  expect(treeOf(layout.work)).toEqual([]);
  await discardWork(realDisk, layout, name);
});

it('takes an origin that is missing or unreadable as damage of that generation', async () => {
  await ordered();
  await download();
  const path = join(layout.workOf(name), 'generation.json');
  for (const text of ['{"schema":1', '{"schema":1,"ca":"main"}']) {
    rmSync(path);
    writeFileSync(path, text);
    expect(() => readOrigin(layout, layout.workOf(name))).toThrow(
      expect.objectContaining({ code: 'generation-damaged', message: expect.stringContaining(path) }),
    );
    expect(readFileSync(path, 'utf8')).toBe(text);
  }
  rmSync(path);
  expect(() => readOrigin(layout, layout.workOf(name))).toThrow(
    expect.objectContaining({ code: 'generation-damaged' }),
  );
});
