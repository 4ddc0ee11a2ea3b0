import { expect, test } from 'vitest';
import { rule } from '../support/rule.ts';
import { readText, sources } from '../support/source-tree.ts';

/**
 * The only files that import each package. zod is a language rather than a service: the schema is written in
 * it, in one family of files.
 */
const doors: ReadonlyMap<string, RegExp> = new Map([
  ['acme-client', /^src\/acme\/client\.ts$/],
  ['commander', /^src\/commands\/tree\.ts$/],
  ['execa', /^src\/deploy\/run-(hook|program)\.ts$/],
  ['koffi', /^src\/host\/notify\.ts$/],
  ['node-cron', /^src\/host\/schedule\.ts$/],
  ['pino', /^src\/log\.ts$/],
  ['pino-pretty', /^src\/log-pretty\.ts$/],
  ['systeminformation', /^src\/doctor\/host\/system-facts\.ts$/],
  ['yaml', /^src\/config\/parse\.ts$/],
  ['zod', /^src\/config\/schema(-[a-z]+)?\.ts$/],
]);

const uses = sources('src').flatMap(({ path, imports }) =>
  imports
    .filter(({ own, target }) => !own && !target.startsWith('node:'))
    .map(({ target, lazy }) => ({ path, lazy, name: packageOf(target) })),
);

test('each package comes in through its one door', () => {
  expect(
    uses.filter(({ path, name }) => doors.get(name)?.test(path) !== true),
    rule({
      why: 'a package that one file knows can be replaced in one file, and its traps are written down once',
      mend: 'call the door’s own function, or add a new package with its door to test/rules/doors.test.ts',
    }),
  ).toEqual([]);
});

test('packages are imported statically', () => {
  expect(
    uses.filter(({ lazy }) => lazy),
    rule({
      why: 'a lazily imported CommonJS package has named exports in source and only `default` in the bundle',
      mend: 'import the package statically in its door, and the door lazily',
    }),
  ).toEqual([]);
});

test('package.json lists as dependencies what src imports, at exact versions', () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readText('package.json'));
  const imported = [...new Set(uses.map(({ name }) => name))].sort();
  expect(
    Object.keys(dependencies).sort(),
    rule({
      why: 'a missing one breaks the installed program, a spare one is code that everybody downloads for nothing',
      mend: 'move the package between dependencies and devDependencies, or remove it',
    }),
  ).toEqual(imported);
  const versions = Object.values({ ...dependencies, ...devDependencies, ...optionalDependencies });
  expect(
    versions.filter(version => !/^\d+\.\d+\.\d+$/.test(String(version))),
    rule({
      why: 'a range lets an install differ from what was tested',
      mend: 'write the version that the lock file has',
    }),
  ).toEqual([]);
});

function packageOf(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}
