import { chownSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { realDisk } from '../../src/store/disk.ts';
import type { Layout } from '../../src/store/layout.ts';
import { requestedAt, writeRequest } from '../../src/store/requests.ts';
import { takeRequests } from '../../src/store/take-requests.ts';
import { canBeOtherUsers, somebody } from '../support/other-users.ts';
import { recordingDisk } from '../support/recording-disk.ts';
import { openStateDir, ownDir, treeOf } from '../support/state-dir.ts';

let layout: Layout;
beforeEach(async () => {
  layout = await openStateDir();
});

const take = () => takeRequests(realDisk, layout);
const requests = () => readdirSync(layout.requests);

it('takes every request, and a later one is new', async () => {
  await writeRequest(realDisk, layout, 'a.example');
  await writeRequest(realDisk, layout, 'a.example');
  await writeRequest(realDisk, layout, 'b.example');
  expect(await take()).toEqual({ found: 2, left: null });
  expect(requests()).toEqual([]);
  expect(requestedAt(layout, 'a.example')).toBeNull();
  await writeRequest(realDisk, layout, 'a.example');
  expect(requestedAt(layout, 'a.example')).toBeGreaterThan(Date.now() - 60_000);
});

it('finds none, and makes nothing, where nobody has asked', async () => {
  const disk = recordingDisk(layout.root);
  expect(await takeRequests(disk, layout)).toEqual({ found: 0, left: null });
  rmSync(layout.requests, { recursive: true });
  expect(await takeRequests(disk, layout)).toEqual({ found: 0, left: null });
  expect(disk.calls).toEqual([]);
});

describe('of an issuer in hostile hands', () => {
  it('a link is removed, and what it leads to stays', async () => {
    const elsewhere = ownDir();
    writeFileSync(join(elsewhere, 'kept'), 'x');
    symlinkSync(elsewhere, join(layout.requests, 'directory'));
    symlinkSync(join(elsewhere, 'kept'), join(layout.requests, 'file'));
    symlinkSync('/nowhere', join(layout.requests, 'dangling'));
    expect(await take()).toEqual({ found: 3, left: null });
    expect(requests()).toEqual([]);
    expect(readdirSync(elsewhere)).toEqual(['kept']);
  });

  it('directories, names that are no text and a thousand files are removed', async () => {
    mkdirSync(join(layout.requests, 'a/b'), { recursive: true });
    writeFileSync(join(layout.requests, 'a/b/file'), 'x');
    symlinkSync(layout.issued, join(layout.requests, 'a/link'));
    writeFileSync(Buffer.concat([Buffer.from(`${layout.requests}/`), Buffer.from([0xff, 0x0a])]), '');
    for (let index = 0; index < 1000; index++) writeFileSync(join(layout.requests, `n${index}`), '');
    expect(await take()).toEqual({ found: 1005, left: null });
    expect(requests()).toEqual([]);
  });

  it('more than ten thousand entries are removed in part, and said', async () => {
    for (let index = 0; index < 10_001; index++) writeFileSync(join(layout.requests, `n${index}`), '');
    expect(await take()).toEqual({ found: 10_000, left: 'issuer/requests has more than 10000 entries' });
    expect(requests()).toHaveLength(1);
    expect(await take()).toEqual({ found: 1, left: null });
  });

  it('directories that are nested too deep are left, and said', async () => {
    mkdirSync(join(layout.requests, 'd/'.repeat(10)), { recursive: true });
    expect((await take()).left).toBe('issuer/requests has directories more than 8 deep');
    expect(requests()).toEqual(['d']);
  });

  it.each<[string, (elsewhere: string) => void]>([
    ['a link', elsewhere => symlinkSync(elsewhere, layout.requests)],
    ['a file', () => writeFileSync(layout.requests, 'x')],
  ])('%s in the place of the requests is left alone, and said', async (_what, put) => {
    const elsewhere = ownDir();
    writeFileSync(join(elsewhere, 'kept'), 'x');
    rmSync(layout.requests, { recursive: true });
    put(elsewhere);
    const before = [treeOf(layout.root), treeOf(elsewhere)];
    expect(await take()).toEqual({ found: 0, left: `${layout.requests} is no directory` });
    expect([treeOf(layout.root), treeOf(elsewhere)]).toEqual(before);
  });

  it.runIf(canBeOtherUsers())('a directory of somebody else in their place is left alone', async () => {
    const { uid, gid } = somebody;
    writeFileSync(join(layout.requests, 'kept'), '');
    chownSync(layout.issuer, uid, gid);
    const left = `${layout.requests} belongs to user 0, and issuer/ to user ${uid}`;
    expect(await take()).toEqual({ found: 0, left });
    expect(requests()).toEqual(['kept']);
  });

  it('another directory that is put in their place meanwhile is not touched', async () => {
    const aside = `${layout.requests}.aside`;
    writeFileSync(join(layout.requests, 'first'), '');
    writeFileSync(join(layout.requests, 'second'), '');
    writeFileSync(join(layout.issued, 'first'), 'x');
    writeFileSync(join(layout.issued, 'second'), 'x');
    let swapped = false;
    const unlink: typeof realDisk.unlink = async path => {
      if (!swapped) {
        renameSync(layout.requests, aside);
        symlinkSync('issued', layout.requests);
      }
      swapped = true;
      await realDisk.unlink(path);
    };
    expect(await takeRequests({ ...realDisk, unlink }, layout)).toEqual({ found: 2, left: null });
    expect(readdirSync(aside)).toEqual([]);
    expect(readdirSync(layout.issued).sort()).toEqual(['first', 'second']);
  });
});
