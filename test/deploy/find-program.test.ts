import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { findProgram } from '../../src/deploy/find-program.ts';
import { ownDir } from '../support/state-dir.ts';

let dir: string;
const place = (path: string, mode: number) => {
  writeFileSync(join(dir, path), '');
  chmodSync(join(dir, path), mode);
};

beforeEach(() => {
  dir = ownDir();
  for (const name of ['a', 'b']) mkdirSync(join(dir, name));
  place('a/plain', 0o644);
  place('b/plain', 0o755);
  place('b/tool', 0o755);
  mkdirSync(join(dir, 'a/tool'));
  symlinkSync('nowhere', join(dir, 'a/broken'));
  place('a/only-plain', 0o644);
});

it.each([
  ['the first that can be executed', 'plain', { path: 'b/plain' }],
  ['no directory', 'tool', { path: 'b/tool' }],
])('finds %s on the search path', (_sentence, name, { path }) => {
  expect(findProgram(name, `${dir}/a:${dir}/b`)).toEqual({ path: join(dir, path) });
});

it.each([
  ['is nowhere', 'nothing', 'no such program'],
  ['is a link to nothing', 'broken', 'no such program'],
  ['may not be executed', 'only-plain', 'not executable'],
])('says why of one that %s', (_sentence, name, why) => {
  expect(findProgram(name, `${dir}/a:${dir}/b`)).toEqual({ path: null, why });
});

it('looks on no path for one with a slash, and from / where it is relative', () => {
  expect(findProgram(join(dir, 'b/tool'), '/nonexistent')).toEqual({ path: join(dir, 'b/tool') });
  expect(findProgram(join(dir, 'b/tool').slice(1), '/nonexistent')).toEqual({ path: join(dir, 'b/tool') });
  expect(findProgram(join(dir, 'b/tool/x'), '')).toEqual({ path: null, why: 'no such program' });
});
