import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemErrorOf } from '../core/errors.ts';
import type { Disk } from '../core/ports.ts';

/** Replaces a file as a whole and durably (docs/state.md section 3). A leftover `.new` is removed first. */
export async function replaceFile(disk: Disk, path: string, text: string, mode: number): Promise<void> {
  const fresh = `${path}.new`;
  const bytes = Buffer.from(text);
  try {
    await disk.writeNew(fresh, bytes, mode);
  } catch (thrown) {
    // Looking first, at each write, was a tenth of certd's computing.
    if (systemErrorOf(thrown)?.code !== 'EEXIST') throw thrown;
    await disk.unlink(fresh);
    await disk.writeNew(fresh, bytes, mode);
  }
  await disk.rename(fresh, path);
  await disk.syncDir(dirname(path));
}

/** Replaces a JSON file of the state, as `stateIn` reads them. */
export function replaceState(
  disk: Disk,
  path: string,
  fields: Readonly<Record<string, unknown>>,
  mode: number,
): Promise<void> {
  return replaceFile(disk, path, `${JSON.stringify({ schema: 1, ...fields }, null, 2)}\n`, mode);
}

/** Whether anything at all has this name; a dangling link counts. */
export function exists(path: string): boolean {
  // An exception for each file that is not there was a tenth of certd's computing.
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
