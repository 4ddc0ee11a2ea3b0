import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Disk } from '../core/ports.ts';

/** Replaces a file as a whole and durably (docs/state.md section 3). A leftover `.new` is removed first. */
export async function replaceFile(disk: Disk, path: string, text: string, mode: number): Promise<void> {
  const fresh = `${path}.new`;
  if (exists(fresh)) await disk.unlink(fresh);
  await disk.writeNew(fresh, Buffer.from(text), mode);
  await disk.rename(fresh, path);
  await disk.syncDir(dirname(path));
}

/** Whether anything at all has this name; a dangling link counts. */
export function exists(path: string): boolean {
  // An exception for each file that is not there was a tenth of certd's computing.
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
