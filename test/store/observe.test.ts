import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { firstDeployState } from '../../src/core/deploy/deploy-model.ts';
import { firstIssuerState } from '../../src/core/model.ts';
import { writeDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { type Pair, readIssuedPair } from '../../src/store/generation.ts';
import { writeIssuerState } from '../../src/store/issuer-state.ts';
import type { Layout } from '../../src/store/layout.ts';
import { namesOnDisk, observe, observeAsDeployer } from '../../src/store/observe.ts';
import { flipLive, installGeneration } from '../../src/store/publish.ts';
import { beginWork, recordOrder } from '../../src/store/work.ts';
import { makeOrder } from '../support/make-observed.ts';
import { makePair, writeGeneration } from '../support/make-pair.ts';
import { openStateDir, treeOf } from '../support/state-dir.ts';

const origin = '{"schema":1,"ca":"main","directory":"https://ca.test/dir"}\n';

let pair: Pair;
let layout: Layout;

beforeAll(async () => {
  pair = await makePair();
});

beforeEach(async () => {
  layout = await openStateDir();
});

async function issue(name: string, id: string): Promise<string> {
  const directory = layout.issuedGeneration(name, id);
  mkdirSync(layout.issuedOf(name), { recursive: true });
  await writeGeneration(directory, pair);
  writeFileSync(join(directory, 'generation.json'), origin);
  return directory;
}

it('knows nothing of a name that was never there', () => {
  expect(observe(layout, 'a.example')).toEqual({
    name: 'a.example',
    issued: [],
    live: null,
    issuer: firstIssuerState,
    deploy: firstDeployState,
    order: null,
    requestedAt: null,
    servedRemote: [],
    revoked: [],
    afterOwed: null,
    host: { change: null, copied: null, fault: null },
    faults: [],
  });
});

it('sees generations oldest first, what is live, both states and an order under way', async () => {
  const name = 'a.example';
  await issue(name, '0010-aabbccdd');
  await issue(name, '0009-aabbccdd');
  await installGeneration(realDisk, layout, name, { id: '0009-aabbccdd', pair });
  await flipLive(realDisk, layout, name, '0009-aabbccdd');
  await writeIssuerState(realDisk, layout.issuerState(name), { ...firstIssuerState, failures: 2 });
  await writeDeployState(realDisk, layout.deployState(name), { ...firstDeployState, failures: 1 });
  await beginWork(realDisk, layout, name, { key: pair.key, request: new Uint8Array() });
  const place = { url: 'u', directoryUrl: 'd', account: null };
  const order = { ...makeOrder(), ...place, keyType: 'ecdsa-p256' } as const;
  await recordOrder(realDisk, layout, name, order);
  const seen = observe(layout, name);
  const leaf = readIssuedPair(layout, layout.issuedGeneration(name, '0009-aabbccdd')).leaf;
  expect(seen).toMatchObject({
    issued: [
      { id: '0009-aabbccdd', leaf, ca: 'main', directoryUrl: 'https://ca.test/dir' },
      { id: '0010-aabbccdd' },
    ],
    live: { id: '0009-aabbccdd', leaf },
    issuer: { failures: 2 },
    deploy: { failures: 1 },
    order: { ca: 'main', domains: ['a.example'] },
    faults: [],
  });
});

it('takes a damaged generation as a fault that blocks nothing, and does not use it', async () => {
  const good = await issue('a.example', '0001-aabbccdd');
  const damaged = await issue('a.example', '0002-aabbccdd');
  rmSync(join(damaged, 'privkey.pem'));
  writeFileSync(layout.issuedGeneration('a.example', '0003-aabbccdd'), 'no directory');
  const spoiled = await issue('a.example', '0004-aabbccdd');
  writeFileSync(join(spoiled, 'generation.json'), '{');
  const before = treeOf(layout.root);
  const seen = observe(layout, 'a.example');
  expect(seen.issued.map(({ id }) => layout.issuedGeneration('a.example', id))).toEqual([good]);
  expect(seen.faults.map(({ code, blocking }) => [code, blocking])).toEqual([
    ['generation-damaged', false],
    ['generation-damaged', false],
    ['generation-damaged', false],
  ]);
  expect(seen.faults[0]?.message).toContain(damaged);
  expect(treeOf(layout.root)).toEqual(before);
});

it.each<[string, (layout: Layout) => string]>([
  ['issuer/state', layout => layout.issuerState('a.example')],
  ['deploy', layout => layout.deployState('a.example')],
  ['issuer/revoked', layout => layout.revokedOf('a.example')],
  ['issuer/attempts', layout => layout.attemptOf('a.example')],
  ['issuer/work', layout => join(layout.workOf('a.example'), 'order.json')],
])('a corrupt file in %s blocks its own name and no other', async (_, path) => {
  await issue('a.example', '0001-aabbccdd');
  await issue('b.example', '0001-aabbccdd');
  const file = path(layout);
  mkdirSync(layout.workOf('a.example'));
  writeFileSync(file, '{"schema":');
  const before = treeOf(layout.root);
  expect(observe(layout, 'a.example')).toMatchObject({
    issued: [{ id: '0001-aabbccdd' }],
    faults: [{ code: 'state-corrupt', message: `${file} cannot be used: it is not JSON`, blocking: true }],
  });
  expect(observe(layout, 'b.example').faults).toEqual([]);
  expect(treeOf(layout.root)).toEqual(before);
});

it('shows a live link to a generation that is gone as nothing live, with a fault', async () => {
  await flipLive(realDisk, layout, 'a.example', '0001-aabbccdd');
  expect(observe(layout, 'a.example')).toMatchObject({
    live: null,
    faults: [{ code: 'generation-damaged', blocking: false }],
  });
});

it('reads no key to show what is live', async () => {
  await installGeneration(realDisk, layout, 'a.example', { id: '0001-aabbccdd', pair });
  await flipLive(realDisk, layout, 'a.example', '0001-aabbccdd');
  rmSync(join(layout.deployedGeneration('a.example', '0001-aabbccdd'), 'privkey.pem'));
  expect(observe(layout, 'a.example')).toMatchObject({ live: { id: '0001-aabbccdd' }, faults: [] });
});

it('takes a file in the place of its directory as a fault that blocks this name, because then nothing is known', () => {
  writeFileSync(layout.issuedOf('a.example'), 'no directory');
  const { faults, issued } = observe(layout, 'a.example');
  expect(issued).toEqual([]);
  expect(faults).toMatchObject([{ code: 'state-corrupt', blocking: true }]);
});

it('lists the names that certd has put there, and nothing that is not certd’s', async () => {
  await issue('a.example', '0001-aabbccdd');
  await flipLive(realDisk, layout, 'b.example', '0001-aabbccdd');
  mkdirSync(layout.deployedOf('c.example'));
  mkdirSync(layout.workOf('_.d.example'));
  writeFileSync(layout.attemptOf('e.example'), '{}');
  writeFileSync(`${layout.attemptOf('f.example')}.new`, '{}');
  mkdirSync(join(layout.deployed, 'lost+found'));
  mkdirSync(join(layout.issued, '.old-e.example'));
  for (const place of [layout.issued, layout.deployed, layout.work, layout.live]) {
    writeFileSync(join(place, 'notes'), 'somebody’s');
  }
  expect(namesOnDisk(layout)).toEqual(['_.d.example', 'a.example', 'b.example', 'c.example', 'e.example']);
});

it('finds no name where there is no state directory', async () => {
  rmSync(layout.root, { recursive: true });
  expect(namesOnDisk(layout)).toEqual([]);
});

describe('a deployer of its own', () => {
  const name = 'a.example';

  it('is held up by nothing that only the issuer goes by', async () => {
    await issue(name, '0001-aabbccdd');
    mkdirSync(layout.workOf(name));
    const places = [layout.issuerState(name), layout.attemptOf(name), layout.revokedOf(name)];
    for (const file of [...places, join(layout.workOf(name), 'order.json')]) writeFileSync(file, 'nonsense');
    const { issued, faults } = observeAsDeployer(layout, name);
    expect(issued.map(({ id }) => id)).toEqual(['0001-aabbccdd']);
    expect(faults).toMatchObject([{ code: 'state-corrupt', blocking: false }]);
    // The issuer is, and says so.
    expect(observe(layout, name).faults.filter(({ blocking }) => blocking)).toHaveLength(4);
  });

  it('reads the newest eight of what is issued, and what its own state names', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `${String(index + 1).padStart(4, '0')}-aabbccdd`);
    for (const id of ids) await issue(name, id);
    await writeDeployState(realDisk, layout.deployState(name), {
      ...firstDeployState,
      deployed: '0003-aabbccdd',
      previous: '0001-aabbccdd',
    });
    const [first, , third, , ...newest] = ids;
    expect(observeAsDeployer(layout, name).issued.map(({ id }) => id)).toEqual([first, third, ...newest]);
    expect(observe(layout, name).issued).toHaveLength(12);
  });
});
