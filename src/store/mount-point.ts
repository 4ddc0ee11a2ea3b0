import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { systemErrorOf } from '../core/errors.ts';
import { pathOnly } from './held-directory.ts';
import type { HeldDirectory } from './output-directory.ts';

/**
 * Whether a name in a held directory is a mount of its own, over which nothing can be renamed (EBUSY of rename(2)). By the
 * number that the kernel gives each mount (`mnt_id`, proc(5)) and not by comparing paths, which can change meanwhile.
 * False where nothing is there, or the kernel does not say.
 */
export function isMountPoint(directory: HeldDirectory, name: string): boolean {
  const own = mountOf(directory.at(name));
  return own !== null && own !== mountOf(directory.at('.'));
}

function mountOf(place: string): string | null {
  const descriptor = openThere(place);
  if (descriptor === null) return null;
  try {
    const facts = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1');
    return /^mnt_id:\s*(\d+)$/m.exec(facts)?.[1] ?? null;
  } finally {
    closeSync(descriptor);
  }
}

function openThere(place: string): number | null {
  try {
    return openSync(place, pathOnly | constants.O_NOFOLLOW);
  } catch (thrown) {
    if (systemErrorOf(thrown)?.code === 'ENOENT') return null;
    throw thrown;
  }
}
