import { lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { realDisk } from '../../src/store/disk.ts';
import { removeDirectory } from '../../src/store/remove-tree.ts';
import { replaceFile } from '../../src/store/replace-file.ts';
import { recordingDisk } from '../support/recording-disk.ts';
import { ownDir, treeOf } from '../support/state-dir.ts';

const usualUmask = process.umask();
afterEach(() => {
  process.umask(usualUmask);
});

const modeOf = (path: string) => (lstatSync(path).mode & 0o777).toString(8);

it.each([0o000, 0o022, 0o077, 0o277])('gives exactly the mode asked for under umask %i', async umask => {
  const dir = ownDir();
  process.umask(umask);
  await realDisk.writeNew(join(dir, 'key'), Buffer.from('k'), 0o400);
  await realDisk.writeNew(join(dir, 'token'), Buffer.from('t'), 0o644);
  await realDisk.makeDir(join(dir, 'open'), 0o755);
  await realDisk.makeDir(join(dir, 'closed'), 0o700);
  expect(['key', 'token', 'open', 'closed'].map(name => modeOf(join(dir, name)))).toEqual([
    '400',
    '644',
    '755',
    '700',
  ]);
  expect(readFileSync(join(dir, 'token'), 'utf8')).toBe('t');
});

it('never writes into a file that is there, nor through a link', async () => {
  const dir = ownDir();
  writeFileSync(join(dir, 'there'), 'mine');
  symlinkSync('there', join(dir, 'link'));
  symlinkSync('nowhere', join(dir, 'dangling'));
  for (const name of ['there', 'link', 'dangling']) {
    await expect(realDisk.writeNew(join(dir, name), Buffer.from('x'), 0o600)).rejects.toMatchObject({
      code: 'EEXIST',
    });
  }
  await expect(realDisk.append(join(dir, 'link'), Buffer.from('x'), 0o600)).rejects.toMatchObject({
    code: 'ELOOP',
  });
  await expect(realDisk.makeDir(join(dir, 'dangling'), 0o755)).rejects.toMatchObject({ code: 'EEXIST' });
  expect(treeOf(dir)).toEqual(['link dangling -> nowhere', 'link link -> there', '0644 there bWluZQ==']);
});

it('replaces a file as a whole and makes the new name durable', async () => {
  const dir = ownDir();
  const disk = recordingDisk(dir);
  await replaceFile(disk, join(dir, 'a.json'), 'one', 0o600);
  await replaceFile(disk, join(dir, 'a.json'), 'two', 0o400);
  expect(treeOf(dir)).toEqual([`0400 a.json ${Buffer.from('two').toString('base64')}`]);
  const once = ['writeNew a.json.new', 'rename a.json.new a.json', 'syncDir .'];
  expect(disk.calls).toEqual([...once, ...once]);
});

it('removes a directory only under a name that is never read', async () => {
  const dir = ownDir();
  await realDisk.makeDir(join(dir, 'work'), 0o700);
  await realDisk.writeNew(join(dir, 'work/key'), Buffer.from('k'), 0o400);
  await realDisk.makeDir(join(dir, '.old-work'), 0o700);
  await realDisk.writeNew(join(dir, '.old-work/key'), Buffer.from('k'), 0o400);
  const disk = recordingDisk(dir);
  await removeDirectory(disk, join(dir, 'work'));
  expect(disk.calls).toEqual([
    'unlink .old-work/key',
    'removeDir .old-work',
    'rename work .old-work',
    'syncDir .',
    'unlink .old-work/key',
    'removeDir .old-work',
  ]);
  expect(treeOf(dir)).toEqual([]);
  await removeDirectory(disk, join(dir, 'work'));
  expect(disk.calls).toHaveLength(6);
});

it('says which file a full disk did not take', async () => {
  await expect(realDisk.append('/dev/full', Buffer.from('x'), 0o600)).rejects.toMatchObject({
    code: 'ENOSPC',
    syscall: 'write',
    path: '/dev/full',
  });
});
