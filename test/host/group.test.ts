import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { groupId } from '../../src/host/group.ts';

let file = '';

beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'certd-group-')), 'group');
});

afterEach(() => {
  rmSync(join(file, '..'), { recursive: true });
});

it.each([
  ['a group by its name', 'certd', 997],
  ['one with members', 'adm', 4],
  ['root, whose number is zero', 'root', 0],
  ['not one that only begins so', 'cert', null],
  ['not a member', 'syslog', null],
  ['not a pattern', 'cer.d', null],
  ['not one whose number is none', 'broken', null],
  ['not one that NIS would have to know', '+', null],
  ['not the empty name of an empty line', '', null],
])('finds %s', (_sentence, name, gid) => {
  writeFileSync(file, 'root:x:0:\nadm:x:4:syslog,ops\n\nbroken:x:many:\n+:::\ncertd:x:997:\n');
  expect(groupId(name, file)).toBe(gid);
});

it('reads the group file of this host', () => {
  expect(groupId('root')).toBe(0);
});

it('a group file that cannot be read is an error, not a missing group', () => {
  expect(() => groupId('certd', file)).toThrow('ENOENT');
});
