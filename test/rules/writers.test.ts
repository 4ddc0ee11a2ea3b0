import { expect, test } from 'vitest';
import { rule } from '../support/rule.ts';
import { type Source, sourceOf, sources } from '../support/source-tree.ts';

/** Files that may change the file system, each for its reason. */
const mayWrite: ReadonlyMap<string, string> = new Map([
  ['src/store/disk.ts', 'is the disk'],
  ['src/store/lock.ts', 'opens the empty lock files'],
  ['src/health/listen.ts', 'makes the runtime directory and removes a dead socket'],
  ['src/daemon/socket-link.ts', 'makes and removes the link to a health socket elsewhere'],
  ['src/daemon/socket-group.ts', 'gives the health socket to its group'],
  ['src/doctor/webroots/selinux.ts', 'asks the kernel by writing the question to it'],
]);

/** Functions of node:fs that change something; reading and looking are everybody's. */
const writing =
  /\b(?:writeFile|appendFile|mkdir|mkdtemp|rename|unlink|rmdir|rm|symlink|link|chmod|lchmod|fchmod|chown|lchown|fchown|truncate|ftruncate|utimes|copyFile|cp|open|createWriteStream)(?:Sync)?\b/;

/** By a flag of open(2), or by one of Node's letters. */
const opensToWrite = /\bopen(?:Sync)?\([^)]*(?:\bO_(?:WRONLY|RDWR|CREAT)\b|'(?:[wa]|rs?\+))/;

test('the file system is changed in one place', () => {
  expect(
    writers(sources('src').filter(({ path }) => !mayWrite.has(path))),
    rule({
      why: 'the crash tests stop certd at each change of the disk; one that goes past the Disk port is never seen',
      mend: 'take a Disk of src/core/ports.ts as an argument, or give a reason in this test',
    }),
  ).toEqual([]);
});

test('nobody takes node:fs as a whole but the disk', () => {
  expect(
    wholeTakers(sources('src').filter(({ path }) => path !== 'src/store/disk.ts')),
    rule({ why: 'this rule reads the names that are imported', mend: 'import the functions by name' }),
  ).toEqual([]);
});

test('the rules see who writes, and nobody who only reads', () => {
  const files = [
    sourceOf('src/a.ts', "import {\n  readFileSync,\n  writeFileSync,\n} from 'node:fs';\n"),
    sourceOf('src/b.ts', "import { rm as drop } from 'node:fs/promises';\n"),
    sourceOf('src/c.ts', "import { openSync } from 'node:fs';\nopenSync(path, constants.O_WRONLY);\n"),
    sourceOf('src/d.ts', "import { openSync, readdirSync } from 'node:fs';\nopenSync(path, 'r');\n"),
    sourceOf('src/g.ts', "import { open } from 'node:fs/promises';\nawait open(path, 'r+');\n"),
    sourceOf('src/e.ts', "import * as fs from 'node:fs';\n"),
    sourceOf('src/f.ts', "import { promises as fs } from 'node:fs';\n"),
  ];
  expect(writers(files)).toEqual(['src/a.ts', 'src/b.ts', 'src/c.ts', 'src/g.ts']);
  expect(wholeTakers(files)).toEqual(['src/e.ts', 'src/f.ts']);
});

function writers(files: readonly Source[]): string[] {
  return files
    .filter(({ text }) =>
      [...text.matchAll(/^import \{([^}]*)\} from 'node:fs(?:\/promises)?'/gm)].some(([, names = '']) =>
        names
          .split(',')
          .map(name => name.trim())
          .filter(name => !/^open(?:Sync)?$/.test(name) || opensToWrite.test(text))
          .some(name => writing.test(name)),
      ),
    )
    .map(({ path }) => path);
}

function wholeTakers(files: readonly Source[]): string[] {
  const whole = /^import (?:\* as \w+|\w+) from 'node:fs|^import \{[^}]*\bpromises\b[^}]*\} from 'node:fs/m;
  return files.filter(({ text }) => whole.test(text)).map(({ path }) => path);
}
