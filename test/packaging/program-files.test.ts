import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  fixedLauncher,
  type PackageFile,
  relocatableLauncher,
} from '../../scripts/packaging/program-files.ts';
import { levelTree, writeTree } from '../../scripts/packaging/write-tree.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'certd-tree-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Says with which words it was called. */
const echo: PackageFile = {
  path: 'lib/certd/node',
  mode: 0o755,
  content: '#!/bin/sh\nfor word; do echo "<$word>"; done\n',
};

test('the launcher of the tarball finds its program wherever the tree is, and through links', () => {
  writeTree(join(dir, 'unpacked'), [relocatableLauncher(), echo]);
  const place = join(dir, 'any where');
  renameSync(join(dir, 'unpacked'), place);
  const program = `<${place}/lib/certd/dist/certd.js>\n`;
  expect(run(join(place, 'bin/certd'), ['a b', '--c', ''])).toBe(`${program}<a b>\n<--c>\n<>\n`);
  mkdirSync(join(dir, 'links'));
  symlinkSync('../any where', join(dir, 'links/certd-home'));
  symlinkSync('certd-home/bin/certd', join(dir, 'links/certd'));
  expect(run(join(dir, 'links/certd'), [])).toBe(program);
  expect(run('./certd', [], join(place, 'bin'))).toBe(program);
  expect(run('sh', ['certd', 'x'], join(place, 'bin'))).toBe(`${program}<x>\n`);
});

test('the launcher of the other packages goes to a fixed place', () => {
  writeTree(join(dir, 'opt'), [fixedLauncher(join(dir, 'opt')), echo]);
  renameSync(join(dir, 'opt/bin/certd'), join(dir, 'certd'));
  expect(run(join(dir, 'certd'), ['x y'])).toBe(`<${dir}/opt/lib/certd/dist/certd.js>\n<x y>\n`);
});

test('files have their modes and one date, whatever the umask is', () => {
  const before = process.umask(0o077);
  try {
    const source = join(dir, 'source');
    writeFileSync(source, 'bytes');
    chmodSync(source, 0o600);
    writeTree(join(dir, 'tree'), [{ path: 'a/b/c', mode: 0o644, content: { from: source } }, echo]);
    levelTree(join(dir, 'tree'), 1_700_000_000);
  } finally {
    process.umask(before);
  }
  const seen = readdirSync(join(dir, 'tree'), { recursive: true, encoding: 'utf8' })
    .sort()
    .map(path => [path, statSync(join(dir, 'tree', path))] as const)
    .map(([path, { mode, mtime }]) => `${(mode & 0o777).toString(8)} ${mtime.toISOString()} ${path}`);
  expect(seen).toEqual([
    '755 2023-11-14T22:13:20.000Z a',
    '755 2023-11-14T22:13:20.000Z a/b',
    '644 2023-11-14T22:13:20.000Z a/b/c',
    '755 2023-11-14T22:13:20.000Z lib',
    '755 2023-11-14T22:13:20.000Z lib/certd',
    '755 2023-11-14T22:13:20.000Z lib/certd/node',
  ]);
});

function run(program: string, args: readonly string[], cwd = '/'): string {
  return execFileSync(program, args, { cwd, encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } });
}
