import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { readHostIdentity } from '../../src/host/host-identity.ts';
import { canBeOtherUsers, somebody } from '../support/other-users.ts';
import { ownDir } from '../support/state-dir.ts';

const machineId = 'd41d8cd98f00b204e9800998ecf8427e';

/** The root of a file system with these files. */
function hostWith(files: Readonly<Record<string, string>>): string {
  const root = ownDir();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** Root may read everything; and nobody else may go into a directory that a test has made. */
function withoutRights<T>(root: string, read: () => T): T {
  if (!canBeOtherUsers()) return read();
  chmodSync(root, 0o755);
  process.seteuid?.(somebody.uid);
  try {
    return read();
  } finally {
    process.seteuid?.(0);
  }
}

const ec2 = {
  '/sys/class/dmi/id/board_asset_tag': 'i-0123456789abcdef0\n',
  '/sys/class/dmi/id/product_uuid': 'ec2d1d3c-1f5c-4b9e-8d5a-2d6a5a1f9b11\n',
  '/var/lib/cloud/data/instance-id': 'i-0123456789abcdef0\n',
  '/etc/machine-id': `${machineId}\n`,
};

it('reads what a host of a cloud says, with the file of each', () => {
  expect(readHostIdentity(hostWith(ec2))).toEqual([
    { source: 'dmi', file: '/sys/class/dmi/id/board_asset_tag', value: 'i-0123456789abcdef0' },
    {
      source: 'dmi',
      file: '/sys/class/dmi/id/product_uuid',
      value: 'ec2d1d3c-1f5c-4b9e-8d5a-2d6a5a1f9b11',
    },
    { source: 'cloud-init', file: '/var/lib/cloud/data/instance-id', value: 'i-0123456789abcdef0' },
    { source: 'machine-id', file: '/etc/machine-id', value: machineId },
  ]);
});

it('passes over what is missing, a pipe, a directory, something huge and what says nothing', () => {
  const root = hostWith({
    '/sys/class/dmi/id/product_uuid': 'a'.repeat(257),
    '/sys/class/dmi/id/product_serial': 'b'.repeat(256),
    '/etc/machine-id': 'uninitialized\n',
  });
  execFileSync('mkfifo', [join(root, '/sys/class/dmi/id/board_asset_tag')]);
  mkdirSync(join(root, '/var/lib/cloud/data/instance-id'), { recursive: true });
  expect(readHostIdentity(root)).toEqual([
    { source: 'dmi', file: '/sys/class/dmi/id/product_serial', value: 'b'.repeat(256) },
  ]);
  expect(readHostIdentity(ownDir())).toEqual([]);
});

it('passes over what this user may not read', () => {
  const root = hostWith(ec2);
  chmodSync(join(root, '/sys/class/dmi/id/product_uuid'), 0);
  expect(withoutRights(root, () => readHostIdentity(root)).map(({ file }) => file)).not.toContain(
    '/sys/class/dmi/id/product_uuid',
  );
});

it.each(['/.dockerenv', '/run/.containerenv', '/run/systemd/container'])(
  'in a container, which %s says, neither DMI nor the machine-id of the image is the host',
  mark => {
    expect(readHostIdentity(hostWith({ ...ec2, [mark]: '' }))).toEqual([]);
  },
);

it('in another PID namespace than the first, too', () => {
  const root = hostWith(ec2);
  mkdirSync(join(root, '/proc/self/ns'), { recursive: true });
  symlinkSync('pid:[4026532281]', join(root, '/proc/self/ns/pid'));
  expect(readHostIdentity(root)).toEqual([]);
});

it('in the first PID namespace all counts', () => {
  const root = hostWith(ec2);
  mkdirSync(join(root, '/proc/self/ns'), { recursive: true });
  symlinkSync('pid:[4026531836]', join(root, '/proc/self/ns/pid'));
  expect(readHostIdentity(root)).toHaveLength(4);
});

it('a container with an init of its own has a machine-id of its own, and perhaps cloud-init', () => {
  const root = hostWith({ ...ec2, '/run/systemd/container': 'lxc\n', '/run/systemd/system/x': '' });
  expect(readHostIdentity(root).map(({ source }) => source)).toEqual(['cloud-init', 'machine-id']);
});
