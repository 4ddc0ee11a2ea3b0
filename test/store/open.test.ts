import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { realDisk } from '../../src/store/disk.ts';
import { layoutAt } from '../../src/store/layout.ts';
import { openState, sweepLeftovers } from '../../src/store/open.ts';
import { recordingDisk } from '../support/recording-disk.ts';
import { modesOf, openStateDir, ownDir, ownUid, treeOf } from '../support/state-dir.ts';

const usualUmask = process.umask();
afterEach(() => {
  process.umask(usualUmask);
});

const freshLayout = () => layoutAt(join(ownDir(), 'state'));

it.each([0o022, 0o000, 0o077])('makes every directory with its own mode under umask %i', async umask => {
  const layout = freshLayout();
  process.umask(umask);
  await openState(realDisk, layout, ownUid);
  expect(modesOf(dirname(layout.root))).toEqual([
    '0755 state/',
    '0644 state/LAYOUT',
    '0755 state/deploy/',
    '0755 state/deployed/',
    '0700 state/issuer/',
    '0700 state/issuer/accounts/',
    '0700 state/issuer/attempts/',
    '0700 state/issuer/issued/',
    '0700 state/issuer/requests/',
    '0700 state/issuer/revoked/',
    '0700 state/issuer/served/',
    '0700 state/issuer/state/',
    '0700 state/issuer/tokens/',
    '0700 state/issuer/work/',
    '0755 state/live/',
  ]);
  expect(readFileSync(layout.layoutFile, 'utf8')).toBe('1\n');
});

it('writes LAYOUT last, after everything it speaks for is durable', async () => {
  const layout = freshLayout();
  const disk = recordingDisk(layout.root);
  await openState(disk, layout, ownUid);
  expect(disk.calls.slice(0, 2)).toEqual(['makeDir .', 'syncDir ..']);
  expect(disk.calls.slice(-4)).toEqual([
    'syncDir issuer',
    'writeNew LAYOUT.new',
    'rename LAYOUT.new LAYOUT',
    'syncDir .',
  ]);
});

it('changes nothing where everything is there', async () => {
  const layout = await openStateDir();
  const disk = recordingDisk(layout.root);
  await openState(disk, layout, ownUid);
  expect(disk.calls).toEqual([]);
});

it('finishes a directory that was made in part', async () => {
  const layout = freshLayout();
  mkdirSync(layout.deployed, { recursive: true });
  writeFileSync(`${layout.layoutFile}.new`, '');
  await openState(realDisk, layout, ownUid);
  expect(readFileSync(layout.layoutFile, 'utf8')).toBe('1\n');
  expect(modesOf(layout.root)).not.toContain('0644 LAYOUT.new');
});

it.each([
  ['2\n', 'layout-too-new', 'has layout 2; this version knows layouts up to 1'],
  ['999999', 'layout-too-new', 'has layout 999999'],
  ['', 'layout-corrupt', 'LAYOUT holds no layout number'],
  ['one\n', 'layout-corrupt', 'LAYOUT holds no layout number'],
  ['-1', 'layout-corrupt', 'LAYOUT holds no layout number'],
  ['1.5', 'layout-corrupt', 'LAYOUT holds no layout number'],
  ['12345678', 'layout-corrupt', 'LAYOUT holds no layout number'],
])('refuses LAYOUT %j as %s and changes nothing', async (text, code, message) => {
  const layout = freshLayout();
  mkdirSync(layout.root);
  writeFileSync(layout.layoutFile, text);
  const before = treeOf(layout.root);
  await expect(openState(realDisk, layout, ownUid)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
  expect(treeOf(layout.root)).toEqual(before);
});

it('refuses a directory whose issuer half belongs to somebody else, and changes nothing', async () => {
  const layout = await openStateDir();
  rmSync(layout.tokens, { recursive: true });
  const before = treeOf(layout.root);
  await expect(openState(realDisk, layout, ownUid + 1)).rejects.toMatchObject({
    code: 'permission-denied',
    message: `${layout.issuer} belongs to user ${ownUid}, and certd runs as user ${ownUid + 1}: run it as that user`,
  });
  expect(treeOf(layout.root)).toEqual(before);
});

it('sweeps what a crash left, and nothing that is not certd’s', async () => {
  const layout = await openStateDir();
  for (const path of [
    layout.deployedGeneration('a.example', '.new-0001-aabbccdd'),
    layout.deployedGeneration('a.example', '0001-aabbccdd'),
    layout.issuedGeneration('a.example', '.old-0001-aabbccdd'),
    layout.workOf('.old-a.example'),
    layout.workOf('a.example'),
    join(layout.deployed, 'Somebody+Else', '.new-thing'),
  ]) {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'privkey.pem'), 'half', { mode: 0o400 });
  }
  symlinkSync('../deployed/a.example/0001-aabbccdd', layout.liveLinkNew('a.example'));
  symlinkSync('../deployed/a.example/0001-aabbccdd', layout.liveLink('a.example'));
  // A link inside a leftover is removed, not followed.
  symlinkSync(layout.deployed, join(layout.workOf('.old-a.example'), 'link'));

  const removed = await sweepLeftovers(realDisk, layout);
  expect([...removed].sort()).toEqual([
    layout.deployedGeneration('a.example', '.new-0001-aabbccdd'),
    layout.issuedGeneration('a.example', '.old-0001-aabbccdd'),
    layout.workOf('.old-a.example'),
    layout.liveLinkNew('a.example'),
  ]);
  expect(pathsOf(layout.root)).toEqual([
    'deployed/Somebody+Else/',
    'deployed/Somebody+Else/.new-thing/',
    'deployed/Somebody+Else/.new-thing/privkey.pem',
    'deployed/a.example/',
    'deployed/a.example/0001-aabbccdd/',
    'deployed/a.example/0001-aabbccdd/privkey.pem',
    'issuer/issued/a.example/',
    'issuer/work/a.example/',
    'issuer/work/a.example/privkey.pem',
    'live/a.example',
  ]);
});

/** What is below the rooms that `openState` makes. */
function pathsOf(root: string): readonly string[] {
  const paths = modesOf(root).map(line => line.split(' ')[1] ?? '');
  return paths.filter(path => /^(deployed|live)\/.|^issuer\/\w+\/./.test(path));
}
