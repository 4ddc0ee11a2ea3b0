import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { hostAccounts } from '../../src/host/accounts.ts';

function accounts() {
  const dir = mkdtempSync(join(tmpdir(), 'certd-accounts-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const [passwd, group] = [join(dir, 'passwd'), join(dir, 'group')];
  writeFileSync(
    passwd,
    'root:x:0:0:root:/root:/bin/sh\nhaproxy:x:99:106::/var/lib/haproxy:/bin/false\n12:x:34:34:::\n',
  );
  writeFileSync(group, 'root:x:0:\nhaproxy:x:106:\n');
  return hostAccounts({ passwd, group });
}

it.each([
  ['by name', 'haproxy', 99, 106],
  ['root, whose number is zero', 'root', 0, 0],
  ['by number, also one that no file names', '1234', 1234, 1234],
  ['by number, whatever the name of another is', '12', 12, 12],
  ['the largest number', '4294967294', 4_294_967_294, 4_294_967_294],
  ['not the number that means nobody to chown(2)', '4294967295', null, null],
  ['not a longer one', '99999999999', null, null],
  ['not a name that is not there', 'postgres', null, null],
])('finds users and groups %s', (_, name, uid, gid) => {
  const { userId, groupId } = accounts();
  expect([userId(name), groupId(name)]).toEqual([uid, gid]);
});

it('a number needs no file', () => {
  const { userId, groupId } = hostAccounts({ passwd: '/proc/none', group: '/proc/none' });
  expect([userId('0'), groupId('0')]).toEqual([0, 0]);
  expect(() => userId('root')).toThrow('ENOENT');
  expect(() => groupId('root')).toThrow('ENOENT');
});

it('knows the host and whom certd runs as', () => {
  const { own, userId, groupId } = hostAccounts();
  expect([userId('root'), groupId('root')]).toEqual([0, 0]);
  expect(own).toEqual({ uid: process.geteuid?.(), gid: process.getegid?.(), groups: process.getgroups?.() });
});
