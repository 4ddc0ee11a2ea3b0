import { expect, test } from 'vitest';
import { licencesPage } from '../../scripts/licences-page.ts';
import { rule } from '../support/rule.ts';
import { readText } from '../support/source-tree.ts';

const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  '(BSD-3-Clause OR GPL-2.0)',
]);

test('docs/licences.md lists what package-lock.json pins', () => {
  expect(
    readText('docs/licences.md'),
    rule({
      why: 'whoever ships certd must be able to say what is in it',
      mend: 'run `npm run licences`',
    }),
  ).toBe(licencesPage(readText('package-lock.json')));
});

test('every licence lets certd be given away under its own', () => {
  const rows = [...readText('docs/licences.md').matchAll(/^\| ([@\w]\S*) \| \S+ \| (.+) \|$/gm)].slice(1);
  expect(rows.length).toBeGreaterThan(8);
  expect(
    rows.filter(([, , licence = '']) => !permissive.has(licence)).map(([row]) => row),
    rule({
      why: 'the bundle contains these packages',
      mend: 'choose another package, or have the licence judged and add it to test/rules/licences.test.ts',
    }),
  ).toEqual([]);
});

test('a package below another one is listed under its own name, and development tools are not', () => {
  const lock = {
    packages: {
      '': { version: '0.1.0' },
      'node_modules/a': { version: '1.0.0', license: 'MIT' },
      'node_modules/a/node_modules/@s/b': { version: '2.0.0', license: 'ISC' },
      'node_modules/tool': { version: '3.0.0', license: 'MIT', dev: true },
    },
  };
  const rows = licencesPage(JSON.stringify(lock)).split('\n').slice(-4);
  expect(rows).toEqual(['| --- | --- | --- |', '| @s/b | 2.0.0 | ISC |', '| a | 1.0.0 | MIT |', '']);
});
