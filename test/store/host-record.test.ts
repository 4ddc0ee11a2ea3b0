import { rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { cleared, clearing, type HostRecord, ownHost } from '../../src/core/host/host-change.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readHostRecord, writeHostRecord } from '../../src/store/host-record.ts';
import { openWorld } from '../../src/store/world.ts';
import { at } from '../support/make-observed.ts';
import { openStateDir } from '../support/state-dir.ts';

const facts = [{ source: 'machine-id', file: '/etc/machine-id', value: 'a'.repeat(32) }] as const;
const change = {
  cause: { source: 'machine-id', from: 'a'.repeat(32), to: 'b'.repeat(32) },
  changedAt: at('2026-03-01'),
  renewAt: at('2026-03-01T02:00Z'),
  phase: 'waiting',
  facts: [{ source: 'machine-id', file: '/etc/machine-id', value: 'b'.repeat(32) }],
} as const;
const copied = [{ name: 'a.example', generation: '0001-11223344' }];

it.each<[string, HostRecord]>([
  ['of this host', { facts, change: null, copied: [] }],
  ['with a change that waits', { facts, change, copied }],
  ['with one that nobody caused', { facts: [], change: { ...change, cause: null }, copied: [] }],
])('a record %s is read as it was written', async (_, record) => {
  const layout = await openStateDir();
  expect(readHostRecord(layout)).toBeNull();
  await writeHostRecord(realDisk, layout, record);
  expect(readHostRecord(layout)).toEqual(record);
});

it.each([
  ['no JSON', '{', /identity\.json cannot be used: it is not JSON/],
  ['another schema', '{ "schema": 2 }', /schema 2 is not known/],
  [
    'a source that nobody knows',
    '{ "schema": 1, "facts": [{ "source": "moon", "file": "/x", "value": "y" }], "change": null, "copied": [] }',
    /"source" is none of dmi, cloud-init, machine-id/,
  ],
])('%s holds up every order until somebody has moved it away', async (_, text, message) => {
  const layout = await openStateDir();
  writeFileSync(layout.identity, text);
  const world = openWorld(layout);
  expect(world.host()).toBeNull();
  expect(world.hostFault()).toMatchObject({ code: 'state-corrupt' });
  const { faults, host } = world.seen('a.example');
  expect(host.fault?.message).toMatch(message);
  // What is issued may be deployed all the same.
  expect(faults).toEqual([]);
  rmSync(layout.identity);
  await world.refresh();
  expect(world.seen('a.example').host.fault).toBeNull();
});

it('what is known of every name follows the record at once', async () => {
  const layout = await openStateDir();
  const world = openWorld(layout);
  expect(world.seen('a.example').host).toEqual(ownHost);
  const version = world.version();
  const waiting = { facts, change, copied: [] };
  world.hostIs(waiting);
  expect(world.seen('a.example').host).toEqual({ ...ownHost, change });
  world.hostIs(cleared(clearing(waiting, change.renewAt), copied));
  expect(world.seen('a.example').host).toMatchObject({ copied: '0001-11223344' });
  expect(world.look('b.example').host).toMatchObject({ change: { phase: 'replacing' }, copied: null });
  expect(world.version()).toBeGreaterThan(version);
});
