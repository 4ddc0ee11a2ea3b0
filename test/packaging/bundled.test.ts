import type { Metafile } from 'esbuild';
import { expect, test } from 'vitest';
import { bundledPackages } from '../../scripts/packaging/bundled.ts';
import { lockedPackages } from '../../scripts/packaging/lock.ts';

const whole = { version: '1.0.0', license: 'MIT', integrity: 'sha512-AAAA' };
const locked = lockedPackages(
  JSON.stringify({
    packages: {
      'node_modules/a': whole,
      'node_modules/@s/b/node_modules/@t/c': whole,
      'node_modules/unused': whole,
      'node_modules/tool': { ...whole, dev: true },
    },
  }),
);

test('what is bundled is what bytes were taken of', () => {
  const metafile = bundle({
    'src/cli.ts': 10,
    'node_modules/@s/b/node_modules/@t/c/lib/c.js': 3,
    'node_modules/a/one.js': 5,
    'node_modules/a/two.js': 6,
    'node_modules/unused/index.js': 0,
  });
  expect(bundledPackages(metafile, locked).map(({ name }) => name)).toEqual(['@t/c', 'a']);
});

test.each(['tool', 'stranger'])('a bundled %s that is no runtime package ends the build', name => {
  expect(() => bundledPackages(bundle({ [`node_modules/${name}/index.js`]: 1 }), locked)).toThrow(
    `node_modules/${name} is bundled, and package-lock.json has it as no runtime package`,
  );
});

function bundle(bytes: Record<string, number>): Pick<Metafile, 'outputs'> {
  const inputs = Object.fromEntries(
    Object.entries(bytes).map(([path, bytesInOutput]) => [path, { bytesInOutput }]),
  );
  return { outputs: { 'dist/cli.js': { bytes: 1, inputs, imports: [], exports: [] } } };
}
