import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fetchPackage } from '../../scripts/packaging/fetch-package.ts';
import type { Locked } from '../../scripts/packaging/lock.ts';
import { run } from '../../scripts/packaging/run.ts';

let dir = '';
let cache = '';
let tarball = '';
const asked: string[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'certd-fetch-'));
  cache = join(dir, 'cache');
  tarball = join(dir, 'a.tgz');
  mkdirSync(join(dir, 'package/bin'), { recursive: true });
  writeFileSync(join(dir, 'package/bin/node'), 'bytes');
  run('tar', ['-czf', tarball, 'package'], { cwd: dir });
  asked.length = 0;
});
afterEach(() => rmSync(dir, { recursive: true }));

test('a package is fetched once, and what is in the cache is its content', () => {
  const [first, second] = [fetchPackage(cache, locked(), pack), fetchPackage(cache, locked(), pack)];
  expect(second).toBe(first);
  expect(asked).toEqual(['@s/a@1.0.0']);
  expect(readFileSync(join(first, 'bin/node'), 'utf8')).toBe('bytes');
  expect(readdirSync(cache)).toHaveLength(1);
});

test('other bytes than those of the lock file are refused, and leave nothing in the cache', () => {
  const other = { ...locked(), integrity: `sha512-${createHash('sha512').update('x').digest('base64')}` };
  expect(() => fetchPackage(cache, other, pack)).toThrow('is not what package-lock.json pins');
  expect(readdirSync(cache)).toEqual([]);
});

test('the same version with other bytes in the lock file is fetched anew', () => {
  const first = fetchPackage(cache, locked(), pack);
  writeFileSync(join(dir, 'package/bin/node'), 'other bytes');
  run('tar', ['-czf', tarball, 'package'], { cwd: dir });
  const second = fetchPackage(cache, locked(), pack);
  expect(readFileSync(join(second, 'bin/node'), 'utf8')).toBe('other bytes');
  expect(readFileSync(join(first, 'bin/node'), 'utf8')).toBe('bytes');
});

test('without a net there is an error, and nothing in the cache', () => {
  const fail = () => {
    throw new Error('npm failed: ENOTFOUND');
  };
  expect(() => fetchPackage(cache, locked(), fail)).toThrow('ENOTFOUND');
  expect(readdirSync(cache)).toEqual([]);
});

/** As `npm pack` does: a tarball in the directory. */
function pack(spec: string, into: string): string {
  asked.push(spec);
  copyFileSync(tarball, join(into, 'a.tgz'));
  return 'a.tgz';
}

function locked(): Locked {
  const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  return { path: 'node_modules/@s/a', name: '@s/a', version: '1.0.0', licence: 'MIT', integrity, needs: [] };
}
