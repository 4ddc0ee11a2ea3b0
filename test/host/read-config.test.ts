import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readConfigFiles } from '../../src/host/read-config.ts';

let dir = '';
let main = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'certd-config-'));
  main = join(dir, 'config.yaml');
});

afterEach(() => {
  rmSync(dir, { recursive: true });
});

it('the main file alone', () => {
  writeFileSync(main, 'a: ü\n');
  expect(readConfigFiles(main)).toEqual({ files: [{ file: main, text: 'a: ü\n' }], problems: [] });
});

it('conf.d/*.yaml beside it follow by name; other and hidden files are left alone', () => {
  writeFileSync(main, 'main');
  mkdirSync(join(dir, 'conf.d'));
  for (const name of ['20.yaml', '10.yaml', '.hidden.yaml', 'README', '15.yaml.bak']) {
    writeFileSync(join(dir, 'conf.d', name), name);
  }
  expect(readConfigFiles(main)).toEqual({
    files: [
      { file: main, text: 'main' },
      { file: join(dir, 'conf.d/10.yaml'), text: '10.yaml' },
      { file: join(dir, 'conf.d/20.yaml'), text: '20.yaml' },
    ],
    problems: [],
  });
});

it('without the main file nothing is read', () => {
  mkdirSync(join(dir, 'conf.d'));
  writeFileSync(join(dir, 'conf.d/a.yaml'), '');
  expect(readConfigFiles(main)).toEqual({
    files: [],
    problems: [
      {
        code: 'config-unreadable',
        file: main,
        line: 1,
        column: 1,
        message: 'cannot be read: there is no such file (ENOENT); `certd init` writes a first one',
      },
    ],
  });
});

it('a directory, a dangling link and bytes that are no UTF-8 are problems, each of its own file', () => {
  writeFileSync(main, 'main');
  mkdirSync(join(dir, 'conf.d/a.yaml'), { recursive: true });
  symlinkSync('nowhere', join(dir, 'conf.d/b.yaml'));
  writeFileSync(join(dir, 'conf.d/c.yaml'), Buffer.from([0x61, 0xff]));
  writeFileSync(join(dir, 'conf.d/d.yaml'), 'good');
  const { files, problems } = readConfigFiles(main);
  expect(files.map(({ text }) => text)).toEqual(['main', 'good']);
  expect(problems.map(({ file, message }) => [file.slice(dir.length), message])).toEqual([
    ['/conf.d/a.yaml', 'cannot be read: it is a directory (EISDIR)'],
    ['/conf.d/b.yaml', 'cannot be read: there is no such file (ENOENT)'],
    ['/conf.d/c.yaml', 'cannot be read: it is not UTF-8 text'],
  ]);
});

it('a conf.d that is no directory is a problem, and the main file is still checked', () => {
  writeFileSync(main, 'main');
  writeFileSync(join(dir, 'conf.d'), '');
  const { files, problems } = readConfigFiles(main);
  expect(files).toHaveLength(1);
  expect(problems).toMatchObject([{ file: join(dir, 'conf.d'), code: 'config-unreadable' }]);
});
