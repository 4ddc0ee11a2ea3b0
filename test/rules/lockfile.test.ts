import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';

const lockShape = z.object({
  packages: z.record(
    z.string(),
    z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() }),
  ),
});

test('the lock file names every optional package, also those of other platforms', () => {
  const text = readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8');
  const { packages } = lockShape.parse(JSON.parse(text));
  const wanted = Object.values(packages).flatMap(each => Object.keys(each.optionalDependencies ?? {}));
  const missing = wanted.filter(
    name => !Object.keys(packages).some(path => path.endsWith(`node_modules/${name}`)),
  );
  expect(
    missing,
    'npm ci refuses such a lock file where it cannot find these packages. npm install leaves them out when the ' +
      'registry lacks them: put their entries (version, os, cpu, optional) back.',
  ).toEqual([]);
});
