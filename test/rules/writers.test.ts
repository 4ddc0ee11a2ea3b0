import { expect, test } from 'vitest';
import { rule } from '../support/rule.ts';
import { sources } from '../support/source-tree.ts';

/** Files that may change the file system, each for its reason. */
const mayWrite: ReadonlyMap<string, string> = new Map([
  ['src/store/disk.ts', 'is the disk'],
  ['src/store/lock.ts', 'opens the empty lock files'],
  ['src/health/listen.ts', 'makes the runtime directory and removes a dead socket'],
  ['src/daemon/socket-link.ts', 'makes and removes the link to a health socket elsewhere'],
  ['src/daemon/socket-group.ts', 'gives the health socket to its group'],
]);

/** Functions of node:fs that change something; reading and looking are everybody's. */
const writing =
  /\b(?:writeFile|appendFile|mkdir|mkdtemp|rename|unlink|rmdir|rm|symlink|link|chmod|lchmod|fchmod|chown|lchown|fchown|truncate|ftruncate|utimes|copyFile|cp|open|createWriteStream)(?:Sync)?\b/;

test('the file system is changed in one place', () => {
  const offenders = sources('src')
    .filter(({ path }) => !mayWrite.has(path))
    .filter(({ code }) =>
      [...code.matchAll(/import \{([^}]*)\} from 'node:fs(?:\/promises)?'/g)].some(([, names = '']) =>
        names
          .split(',')
          .map(name => name.trim())
          .filter(name => name !== 'openSync' || /openSync\([^)]*O_(?:WRONLY|RDWR|CREAT)/.test(code))
          .some(name => writing.test(name)),
      ),
    )
    .map(({ path }) => path);
  expect(
    offenders,
    rule({
      why: 'the crash tests stop certd at each change of the disk; one that goes past the Disk port is never seen',
      mend: 'take a Disk of src/core/ports.ts as an argument, or give a reason in this test',
    }),
  ).toEqual([]);
});

test('nobody takes node:fs as a whole but the disk', () => {
  const whole = sources('src')
    .filter(({ path }) => path !== 'src/store/disk.ts')
    .filter(({ code }) => /import (?:\* as \w+|\w+) from 'node:fs|promises as \w+/.test(code))
    .map(({ path }) => path);
  expect(
    whole,
    rule({ why: 'this rule reads the names that are imported', mend: 'import the functions by name' }),
  ).toEqual([]);
});
