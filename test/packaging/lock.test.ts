import { expect, test } from 'vitest';
import { lockedByName, lockedPackages } from '../../scripts/packaging/lock.ts';

const whole = { version: '1.0.0', license: 'MIT', integrity: 'sha512-AAAA' };

test('certd comes first, then what it can have at run time, without the development tools', () => {
  const packages = lockedPackages(
    lock({
      '': { version: '0.1.0', license: 'Apache-2.0', dependencies: { a: '1.0.0' } },
      'node_modules/a': { ...whole, optionalDependencies: { b: '1.0.0' } },
      'node_modules/a/node_modules/@s/b': whole,
      'node_modules/tool': { ...whole, dev: true },
    }),
  );
  expect(packages.map(({ path, name, needs }) => [path, name, needs])).toEqual([
    ['', 'certd', ['a']],
    ['node_modules/a', 'a', ['b']],
    ['node_modules/a/node_modules/@s/b', '@s/b', []],
  ]);
});

test.each([
  ['version', 'version'],
  ['license', 'licence'],
  ['integrity', 'integrity'],
])('a package without its %s cannot be shipped', (key, word) => {
  const { [key]: _, ...rest }: Record<string, string> = whole;
  expect(() => lockedPackages(lock({ 'node_modules/a': rest }))).toThrow(
    `package-lock.json has no ${word} for a`,
  );
});

test('a package that is only below another one is not taken for it', () => {
  const packages = lockedPackages(lock({ 'node_modules/a/node_modules/b': whole }));
  expect(() => lockedByName(packages, 'b')).toThrow('package-lock.json has no b');
});

function lock(packages: Record<string, object>): string {
  return JSON.stringify({ packages });
}
