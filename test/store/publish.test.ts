import { readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { firstDeployState } from '../../src/core/deploy/deploy-model.ts';
import { realDisk } from '../../src/store/disk.ts';
import { liveId, type Pair, readPair } from '../../src/store/generation.ts';
import type { Layout } from '../../src/store/layout.ts';
import { flipLive, installGeneration, prune } from '../../src/store/publish.ts';
import { makeUnderWay } from '../support/make-observed.ts';
import { makePair } from '../support/make-pair.ts';
import { recordingDisk } from '../support/recording-disk.ts';
import { modesOf, openStateDir, treeOf } from '../support/state-dir.ts';

const name = 'a.example';
const id = '0001-aabbccdd';

let pair: Pair;
let other: Pair;
let layout: Layout;

beforeAll(async () => {
  pair = await makePair();
  other = await makePair();
});

beforeEach(async () => {
  layout = await openStateDir();
});

const install = (disk = realDisk, content = pair) =>
  installGeneration(disk, layout, name, { id, pair: content });

it('fills a generation under a name that is not read, then renames it', async () => {
  const disk = recordingDisk(layout.deployed);
  await install(disk);
  expect(disk.calls).toEqual([
    'makeDir a.example',
    'syncDir .',
    'makeDir a.example/.new-0001-aabbccdd',
    'writeNew a.example/.new-0001-aabbccdd/privkey.pem',
    'writeNew a.example/.new-0001-aabbccdd/cert.pem',
    'writeNew a.example/.new-0001-aabbccdd/chain.pem',
    'writeNew a.example/.new-0001-aabbccdd/fullchain.pem',
    'syncDir a.example/.new-0001-aabbccdd',
    'rename a.example/.new-0001-aabbccdd a.example/0001-aabbccdd',
    'syncDir a.example',
  ]);
  expect(readPair(layout.deployedGeneration(name, id))).toMatchObject(pair);
  expect(modesOf(layout.deployed)).toEqual([
    '0755 a.example/',
    '0755 a.example/0001-aabbccdd/',
    '0400 a.example/0001-aabbccdd/cert.pem',
    '0400 a.example/0001-aabbccdd/chain.pem',
    '0400 a.example/0001-aabbccdd/fullchain.pem',
    '0400 a.example/0001-aabbccdd/privkey.pem',
  ]);
});

it('keeps a complete one, and only makes sure that it is durable', async () => {
  await install();
  const before = treeOf(layout.deployed);
  const disk = recordingDisk(layout.deployed);
  await install(disk);
  expect(disk.calls).toEqual(['syncDir .', 'syncDir a.example']);
  expect(treeOf(layout.deployed)).toEqual(before);
});

it('replaces one whose content is damaged or not the one asked for', async () => {
  await install();
  rmSync(join(layout.deployedGeneration(name, id), 'chain.pem'));
  await install();
  expect(readPair(layout.deployedGeneration(name, id))).toMatchObject(pair);
  await install(realDisk, other);
  expect(readPair(layout.deployedGeneration(name, id))).toMatchObject(other);
  expect(readdirSync(layout.deployedOf(name))).toEqual([id]);
});

it('starts over where a crash left half a generation', async () => {
  await realDisk.makeDir(layout.deployedOf(name), 0o755);
  const half = layout.deployedGeneration(name, `.new-${id}`);
  await realDisk.makeDir(half, 0o755);
  await realDisk.writeNew(join(half, 'privkey.pem'), Buffer.from('half'), 0o400);
  await install();
  expect(readPair(layout.deployedGeneration(name, id))).toMatchObject(pair);
  expect(readdirSync(layout.deployedOf(name))).toEqual([id]);
});

it('shows a generation by one rename over the link', async () => {
  await flipLive(realDisk, layout, name, '0001-11111111');
  symlinkSync('half', layout.liveLinkNew(name));
  const disk = recordingDisk(layout.live);
  await flipLive(disk, layout, name, id);
  expect(disk.calls).toEqual([
    'unlink .new-a.example',
    'symlink .new-a.example',
    'rename .new-a.example a.example',
    'syncDir .',
  ]);
  expect(readlinkSync(layout.liveLink(name))).toBe('../deployed/a.example/0001-aabbccdd');
  expect(liveId(layout, name)).toBe(id);
});

it('leaves a link that is right as it is, and straightens a bent one', async () => {
  await flipLive(realDisk, layout, name, id);
  const disk = recordingDisk(layout.live);
  await flipLive(disk, layout, name, id);
  expect(disk.calls).toEqual([]);
  rmSync(layout.liveLink(name));
  symlinkSync(`/elsewhere/${id}`, layout.liveLink(name));
  await flipLive(realDisk, layout, name, id);
  expect(readlinkSync(layout.liveLink(name))).toBe('../deployed/a.example/0001-aabbccdd');
});

const ids = [
  '0001-00000001',
  '0002-00000002',
  '0003-00000003',
  '0004-00000004',
  '0005-00000005',
  '0006-00000006',
] as const;

async function makeSix(): Promise<void> {
  await realDisk.makeDir(layout.deployedOf(name), 0o755);
  await realDisk.makeDir(layout.issuedOf(name), 0o700);
  for (const each of ids) {
    await realDisk.makeDir(layout.deployedGeneration(name, each), 0o755);
    await realDisk.makeDir(layout.issuedGeneration(name, each), 0o700);
    await realDisk.writeNew(join(layout.issuedGeneration(name, each), 'privkey.pem'), Buffer.from(''), 0o400);
  }
}

it.each([
  ['the newest three', {}, null, ids.slice(3)],
  ['the one that is live', {}, ids[0], [ids[0], ...ids.slice(3)]],
  ['the rollback target', { deployed: ids[5], previous: ids[1] }, ids[5], [ids[1], ...ids.slice(3)]],
  ['the deployed one', { deployed: ids[2] }, ids[5], ids.slice(2)],
  [
    'the one under way, and what it would go back to',
    { underWay: makeUnderWay({ id: ids[0], from: ids[1] }) },
    null,
    [ids[0], ids[1], ...ids.slice(3)],
  ],
] as const)('keeps %s', async (_, change, live, kept) => {
  await makeSix();
  if (live !== null) await flipLive(realDisk, layout, name, live);
  writeFileSync(join(layout.deployedOf(name), 'notes'), 'somebody’s');
  await prune(realDisk, layout, name, { state: { ...firstDeployState, ...change }, half: 'both' });
  expect(readdirSync(layout.deployedOf(name)).sort()).toEqual([...kept, 'notes']);
  expect(readdirSync(layout.issuedOf(name)).sort()).toEqual(kept);
});

it('has nothing to remove where there are few, or none', async () => {
  const disk = recordingDisk(layout.root);
  await prune(disk, layout, name, { state: firstDeployState, half: 'both' });
  await install();
  await prune(disk, layout, name, { state: firstDeployState, half: 'both' });
  expect(disk.calls).toEqual([]);
});

it.each([
  ['deployer', ids.slice(3), ids],
  ['issuer', ids, ids.slice(3)],
] as const)('removes of the %s alone what that one has written', async (half, deployed, issued) => {
  await makeSix();
  await prune(realDisk, layout, name, { state: firstDeployState, half });
  expect(readdirSync(layout.deployedOf(name)).sort()).toEqual(deployed);
  expect(readdirSync(layout.issuedOf(name)).sort()).toEqual(issued);
});
