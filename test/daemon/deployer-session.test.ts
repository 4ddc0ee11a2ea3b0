import { chownSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { openDeployerSession } from '../../src/daemon/deployer-session.ts';
import { openLog } from '../../src/log.ts';
import { realDisk } from '../../src/store/disk.ts';
import { type Layout, layoutAt } from '../../src/store/layout.ts';
import { takeLock } from '../../src/store/lock.ts';
import { openIssuerHalf } from '../../src/store/open.ts';
import { canBeOtherUsers, somebody } from '../support/other-users.ts';
import { modesOf, openStateDir, ownDir, ownUid, treeOf } from '../support/state-dir.ts';

let layout: Layout;
beforeEach(() => {
  layout = layoutAt(join(ownDir(), 'state'));
});

const log = openLog({ level: 'warn', style: 'json', write: () => {} });
const open = (uid = ownUid) =>
  openDeployerSession(realDisk, layout, { uid, log, takeLock: async path => takeLock(path) });

it('makes its half beside that of an issuer who came first, with LAYOUT, and holds its lock', async () => {
  await openIssuerHalf(realDisk, layout, ownUid);
  const release = await open();
  const mine = modesOf(layout.root).filter(line => !line.includes('issuer/'));
  expect(mine).toEqual(['0644 LAYOUT', '0755 deploy/', '0600 deploy/lock', '0755 deployed/', '0755 live/']);
  expect(readFileSync(layout.layoutFile, 'utf8')).toBe('1\n');
  expect(() => takeLock(layout.deployLock)).toThrow(expect.objectContaining({ code: 'locked' }));
  takeLock(layout.issuerLock)();
  release();
  takeLock(layout.deployLock)();
});

it('sweeps its half, and leaves what the issuer has left to him', async () => {
  layout = await openStateDir();
  symlinkSync('x', layout.liveLinkNew('a.example'));
  mkdirSync(layout.workOf('.old-a.example'));
  (await open())();
  expect(treeOf(layout.live)).toEqual([]);
  expect(treeOf(layout.work)).toEqual(['0755 .old-a.example/']);
});

it('changes nothing where no issuer has been', async () => {
  await expect(open()).rejects.toMatchObject({ code: 'not-issued' });
  layout = await openStateDir();
  rmSync(layout.issuer, { recursive: true });
  const before = treeOf(layout.root);
  await expect(open()).rejects.toMatchObject({ code: 'not-issued' });
  expect(treeOf(layout.root)).toEqual(before);
});

it.runIf(canBeOtherUsers())('refuses whoever does not own the directory, also root', async () => {
  layout = await openStateDir();
  chownSync(layout.root, somebody.uid, somebody.gid);
  const before = treeOf(layout.root);
  await expect(open(0)).rejects.toMatchObject({
    code: 'permission-denied',
    message: `${layout.root} belongs to user ${somebody.uid}, and certd runs as user 0: run it as that user`,
  });
  expect(treeOf(layout.root)).toEqual(before);
  chownSync(layout.root, 0, 0);
  await expect(open(somebody.uid)).rejects.toMatchObject({
    code: 'permission-denied',
    message: `${layout.root} belongs to user 0, and certd runs as user ${somebody.uid}`,
  });
});
