import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { wayTo } from '../../../src/doctor/webroots/way-to.ts';

async function directory(): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'certd-way-')));
  onTestFinished(() => rm(path, { recursive: true }));
  await mkdir(join(path, 'a/b'), { recursive: true });
  return path;
}

/** Below a directory, as `dir a/b`. */
async function short(path: string, below: string) {
  const way = await wayTo(path);
  if (way === null) return null;
  const name = (full: string) => full.slice(below.length + 1);
  const steps = way.steps
    .filter(step => step.path.startsWith(`${below}/`))
    .map(step => `${step.class} ${name(step.path)}`);
  return { steps, end: name(way.end), isWhole: way.isWhole };
}

it('each directory is gone through, from the root on', async () => {
  expect(await wayTo('/proc/sys')).toEqual({
    steps: ['/', '/proc', '/proc/sys'].map(path => ({ path, class: 'dir' })),
    end: '/proc/sys',
    isWhole: true,
  });
  expect(await wayTo('/')).toEqual({ steps: [{ path: '/', class: 'dir' }], end: '/', isWhole: true });
});

it('a symlink is a step, and so is where it leads', async () => {
  const top = await directory();
  await symlink('a', join(top, 'near'));
  expect(await short(`${top}/near//./b/`, top)).toEqual({
    steps: ['lnk_file near', 'dir a', 'dir a/b'],
    end: 'a/b',
    isWhole: true,
  });
  await symlink(join(top, 'near/b'), join(top, 'far'));
  expect(await short(join(top, 'far'), top)).toEqual({
    steps: ['lnk_file far', 'lnk_file near', 'dir a', 'dir a/b'],
    end: 'a/b',
    isWhole: true,
  });
});

it('a way up starts where a symlink has led', async () => {
  const top = await directory();
  await mkdir(join(top, 'a/c'));
  await symlink('a/b', join(top, 'link'));
  expect(await short(`${top}/link/../c`, top)).toMatchObject({ end: 'a/c', isWhole: true });
});

it('a path that is not there leads as far as it is', async () => {
  const top = await directory();
  expect(await short(join(top, 'a/none/more'), top)).toEqual({
    steps: ['dir a'],
    end: 'a',
    isWhole: false,
  });
  await symlink('none', join(top, 'dangling'));
  expect(await short(join(top, 'dangling'), top)).toEqual({
    steps: ['lnk_file dangling'],
    end: '',
    isWhole: false,
  });
});

it('there is no way through a file, round in a circle, from somewhere, or by a name that the kernel refuses', async () => {
  const top = await directory();
  await writeFile(join(top, 'file'), '');
  await symlink('circle', join(top, 'circle'));
  expect(await wayTo(join(top, 'file/a'))).toBeNull();
  expect(await wayTo(join(top, 'circle'))).toBeNull();
  expect(await wayTo('proc')).toBeNull();
  expect(await wayTo(join(top, 'n'.repeat(256)))).toBeNull();
});
