import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { answerIn, askPolicy, selinuxMode } from '../../../src/doctor/webroots/selinux.ts';

it.each([
  ['what is in the vector is allowed', '102 ffffffff 0 fffffffd 7 0', [2, 9], 'allowed'],
  ['what is not is refused', '102 ffffffff 0 fffffffd 7 0', [1], 'refused'],
  ['one of several that is not is enough', '102 ffffffff 0 fffffffd 7 0', [2, 3], 'refused'],
  ['the highest bit counts', '80000000 ffffffff 0 ffffffff 7 0', [32], 'allowed'],
  ['a domain that is permissive does it all the same', '100 ffffffff 0 ffffffff 7 1', [2], 'logged'],
  ['one that is permissive may do what is allowed', '102 ffffffff 0 ffffffff 7 1', [2], 'allowed'],
  ['another flag makes none permissive', '100 ffffffff 0 ffffffff 7 2', [2], 'refused'],
  ['what was not decided is unknown', '2 fffffffd 0 ffffffff 7 0', [2], 'unknown'],
  ['another answer is none', 'Invalid argument', [2], 'unknown'],
  ['an answer that is cut off is none', '102 ffffffff 0', [2], 'unknown'],
  ['a longer one is none', '102 ffffffff 0 ffffffff 7 0 0', [2], 'unknown'],
  ['a vector of more than 32 bits is none', '1ffffffff ffffffff 0 ffffffff 7 0', [2], 'unknown'],
  ['an empty answer is none', '', [2], 'unknown'],
  ['there is no bit 0', 'ffffffff ffffffff 0 ffffffff 7 0', [0], 'unknown'],
  ['there is no bit 33', 'ffffffff ffffffff 0 ffffffff 7 0', [33], 'unknown'],
  ['who asks for nothing is allowed nothing', 'ffffffff ffffffff 0 ffffffff 7 0', [], 'unknown'],
] as const)('%s', (_, text, bits, answer) => {
  expect(answerIn(text, bits)).toBe(answer);
});

it.each([
  ['1', 'enforcing'],
  ['0', 'permissive'],
  ['0\n', 'permissive'],
  ['2', 'unknown'],
  ['', 'unknown'],
  ['toString', 'unknown'],
])('a kernel that says “%s” is %s', async (text, mode) => {
  const selinuxfs = await directory();
  await writeFile(join(selinuxfs, 'enforce'), text);
  expect(await selinuxMode(selinuxfs)).toBe(mode);
});

it('a kernel that shows nothing has it switched off, and what cannot be read is unknown', async () => {
  const selinuxfs = await directory();
  expect(await selinuxMode(selinuxfs)).toBe('off');
  expect(await selinuxMode('/proc/none')).toBe('off');
  await mkdir(join(selinuxfs, 'enforce'));
  expect(await selinuxMode(selinuxfs)).toBe('unknown');
});

const question = {
  source: 'system_u:system_r:httpd_t:s0',
  target: 'system_u:object_r:var_t:s0',
  class: 'file',
  permissions: ['open', 'read'],
} as const;

it('a policy without the class or the permission, or with another number of it, is not understood', async () => {
  const selinuxfs = await directory();
  await writeFile(join(selinuxfs, 'access'), 'not asked');
  expect(await askPolicy(question, selinuxfs)).toBe('unknown');
  const place = join(selinuxfs, 'class', 'file');
  await mkdir(join(place, 'perms'), { recursive: true });
  await writeFile(join(place, 'index'), '7');
  await writeFile(join(place, 'perms', 'open'), '2');
  expect(await askPolicy(question, selinuxfs)).toBe('unknown');
  for (const number of ['', '-1', '0x2', '1e3', '2 3']) {
    await writeFile(join(place, 'perms', 'read'), number);
    expect(await askPolicy(question, selinuxfs), number).toBe('unknown');
  }
  expect(await readFile(join(selinuxfs, 'access'), 'utf8')).toBe('not asked');
});

it('a kernel that takes the question and answers nothing that is one allows nothing', async () => {
  const selinuxfs = await directory();
  const place = join(selinuxfs, 'class', 'file');
  await mkdir(join(place, 'perms'), { recursive: true });
  for (const name of ['index', 'perms/open', 'perms/read']) await writeFile(join(place, name), '2');
  expect(await askPolicy(question, selinuxfs)).toBe('unknown');
  // A plain file gives back what was written.
  await writeFile(join(selinuxfs, 'access'), '');
  expect(await askPolicy(question, selinuxfs)).toBe('unknown');
});

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'certd-selinuxfs-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}
