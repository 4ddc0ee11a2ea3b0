import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Arch } from './archs.ts';
import { fetchPackage } from './fetch-package.ts';
import { type Locked, lockedByName } from './lock.ts';
import type { ProgramParts } from './program-files.ts';

/** Where the parts of a program are that come from npm: Node and koffi for that kind of machine, fetched where they are not yet. */
export function fetchParts(root: string, locked: readonly Locked[], arch: Arch): Omit<ProgramParts, 'dist'> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'certd');
  return {
    node: fetchPackage(cache, lockedByName(locked, `node-linux-${arch}`)),
    koffi: join(root, 'node_modules/koffi'),
    koffiNative: fetchPackage(cache, lockedByName(locked, `@koromix/koffi-linux-${arch}`)),
  };
}
