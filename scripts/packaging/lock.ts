import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** A package that an installed certd has or could have, as package-lock.json pins it. */
export type Locked = {
  /** Its key in the lock file: `node_modules/a/node_modules/b`. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  /** Of its tarball: `sha512-` and Base64. */
  readonly integrity: string;
  /** Names of what it depends on, optional ones included. */
  readonly needs: readonly string[];
};

const names = z.record(z.string(), z.string()).optional();
const lockShape = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      license: z.string().optional(),
      integrity: z.string().optional(),
      dev: z.boolean().optional(),
      dependencies: names,
      optionalDependencies: names,
    }),
  ),
});
type Entry = z.infer<typeof lockShape>['packages'][string];

export function readLock(root: string): readonly Locked[] {
  return lockedPackages(readFileSync(join(root, 'package-lock.json'), 'utf8'));
}

/**
 * The packages of a lock file that are no development tools, certd itself as the first, with an empty path and no
 * integrity. Throws where one has no version, licence or hash: what is shipped must be told.
 */
export function lockedPackages(lockText: string): readonly Locked[] {
  const { packages } = lockShape.parse(JSON.parse(lockText));
  return Object.entries(packages)
    .filter(([, { dev }]) => dev !== true)
    .map(([path, entry]) => locked(path, entry));
}

export function lockedByName(all: readonly Locked[], name: string): Locked {
  const found = all.find(({ path }) => path === `node_modules/${name}`);
  if (found === undefined) throw new Error(`package-lock.json has no ${name}`);
  return found;
}

function locked(path: string, entry: Entry): Locked {
  const name = path === '' ? 'certd' : path.slice(path.lastIndexOf('node_modules/') + 13);
  return {
    path,
    name,
    version: told(name, 'version', entry.version),
    licence: told(name, 'licence', entry.license),
    integrity: path === '' ? '' : told(name, 'integrity', entry.integrity),
    needs: Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }),
  };
}

function told(name: string, what: string, value: string | undefined): string {
  if (value === undefined) throw new Error(`package-lock.json has no ${what} for ${name}`);
  return value;
}
