import { expect, it } from 'vitest';
import { compareHosts, type HostFact, hostFact, mergedFacts } from '../../../src/core/host/host-identity.ts';

const tag = '/sys/class/dmi/id/board_asset_tag';
const uuid = '/sys/class/dmi/id/product_uuid';
const serial = '/sys/class/dmi/id/product_serial';
const cloud = '/var/lib/cloud/data/instance-id';
const machine = '/etc/machine-id';

const dmi = (value: string, file = uuid): HostFact => ({ source: 'dmi', file, value });
const instance = (value: string): HostFact => ({ source: 'cloud-init', file: cloud, value });
const machineId = (value: string): HostFact => ({ source: 'machine-id', file: machine, value });

const a = 'a'.repeat(32);
const b = 'b'.repeat(32);

it('the first source that both have decides', () => {
  const stored = [dmi('one'), instance('i-1'), machineId(a)];
  expect(compareHosts(stored, [machineId(b), instance('i-2'), dmi('one')])).toEqual({ kind: 'same' });
  expect(compareHosts(stored, [machineId(a), instance('i-2')])).toEqual({
    kind: 'changed',
    from: instance('i-1'),
    to: instance('i-2'),
  });
  expect(compareHosts(stored, [machineId(a)])).toEqual({ kind: 'same' });
  expect(compareHosts([machineId(a)], [dmi('two'), instance('i-2'), machineId(b)])).toEqual({
    kind: 'changed',
    from: machineId(a),
    to: machineId(b),
  });
});

it('what only root may read decides where root reads it again, and nowhere else', () => {
  const byRoot = [dmi('uuid-1'), dmi('serial-1', serial), machineId(a)];
  expect(compareHosts(byRoot, [machineId(a)])).toEqual({ kind: 'same' });
  expect(compareHosts([machineId(a)], byRoot)).toEqual({ kind: 'same' });
  // The serial number is no answer to the UUID.
  expect(compareHosts([dmi('uuid-1'), machineId(a)], [dmi('other', serial), machineId(a)])).toEqual({
    kind: 'same',
  });
  expect(compareHosts(byRoot, [dmi('UUID-1'), machineId(b)])).toEqual({ kind: 'same' });
});

it('without anything to compare nothing is said', () => {
  expect(compareHosts([], [machineId(a)])).toEqual({ kind: 'first' });
  expect(compareHosts([machineId(a)], [])).toEqual({ kind: 'unknown' });
  expect(compareHosts([], [])).toEqual({ kind: 'unknown' });
  expect(compareHosts([instance('i-1')], [machineId(a)])).toEqual({ kind: 'unknown' });
});

it('what was read once is kept, and what is read now counts', () => {
  expect(mergedFacts([dmi('uuid-1'), machineId(a)], [instance('i-1'), machineId(b)])).toEqual([
    instance('i-1'),
    machineId(b),
    dmi('uuid-1'),
  ]);
});

it.each([
  ['dmi', uuid, 'ec2d1d3c-1f5c-4b9e-8d5a-2d6a5a1f9b11\n', 'ec2d1d3c-1f5c-4b9e-8d5a-2d6a5a1f9b11'],
  ['dmi', serial, ' VMware-56 4d 1a \n', 'VMware-56 4d 1a'],
  ['dmi', tag, 'i-0123456789abcdef0\n', 'i-0123456789abcdef0'],
  ['dmi', tag, 'i-1a2b3c4d', 'i-1a2b3c4d'],
  ['cloud-init', cloud, 'i-2zeb8xvdq0o3ql\n', 'i-2zeb8xvdq0o3ql'],
  ['machine-id', machine, `${a}\n`, a],
] as const)('%s in %s says who the host is: %j', (source, file, text, value) => {
  expect(hostFact(source, file, text)).toEqual({ source, file, value });
});

it.each([
  ['dmi', serial, ''],
  ['dmi', serial, ' \n'],
  ['dmi', serial, 'None'],
  ['dmi', serial, 'Not Specified'],
  ['dmi', serial, 'To Be Filled By O.E.M.'],
  ['dmi', serial, 'Default string'],
  ['dmi', serial, 'System Serial Number'],
  ['dmi', serial, '0'],
  ['dmi', serial, '0000000000'],
  ['dmi', serial, '................'.replaceAll('.', 'x')],
  ['dmi', uuid, '00000000-0000-0000-0000-000000000000'],
  ['dmi', uuid, 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'],
  ['dmi', uuid, '03000200-0400-0500-0006-000700080009'],
  // Of every machine of Azure, and what an owner may write onto all of his.
  ['dmi', tag, '7783-7084-3265-9085-8269-3286-77'],
  ['dmi', tag, 'web server'],
  ['cloud-init', cloud, 'iid-datasource-none'],
  ['machine-id', machine, 'uninitialized\n'],
  ['machine-id', machine, '0'.repeat(32)],
  ['machine-id', machine, `${a}a`],
  ['dmi', serial, 'a\u001b[2Jb'],
  ['dmi', serial, 'one\ntwo'],
  ['dmi', serial, 'zwölf'],
] as const)('%s in %s is no identity: %j', (source, file, text) => {
  expect(hostFact(source, file, text)).toBeNull();
});
