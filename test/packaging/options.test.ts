import { expect, test } from 'vitest';
import { packageOptions } from '../../scripts/packaging/options.ts';

test('without a word everything is built, for a release', () => {
  expect(packageOptions([])).toEqual({
    archs: ['x64', 'arm64'],
    formats: ['deb', 'rpm', 'tar'],
    fast: false,
    out: 'build/packages',
    fetchOnly: false,
  });
});

test('one kind of machine and one format are built where they are named', () => {
  expect(packageOptions(['--fast', '--arch', 'arm64', '--format=tar', '--out', '/tmp/x'])).toEqual({
    archs: ['arm64'],
    formats: ['tar'],
    fast: true,
    out: '/tmp/x',
    fetchOnly: false,
  });
  expect(packageOptions(['--fetch']).fetchOnly).toBe(true);
});

test.each([
  [['--arch', 'riscv64'], '--arch riscv64: it is x64, arm64, all'],
  [['--format', 'zip'], '--format zip: it is deb, rpm, tar, all'],
  [['--format', ''], '--format : it is deb, rpm, tar, all'],
  [['deb'], "Unexpected argument 'deb'"],
  [['--slow'], "Unknown option '--slow'"],
])('%j is refused', (argv, message) => {
  expect(() => packageOptions(argv)).toThrow(message);
});
