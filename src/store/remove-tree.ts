import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Disk } from '../core/ports.ts';
import { exists } from './replace-file.ts';

/**
 * Removes a directory so that no half-deleted one ever has a name that is read: renamed to `.old-…` first
 * (docs/state.md section 3). Nothing there is no error.
 */
export async function removeDirectory(disk: Disk, path: string): Promise<void> {
  if (!exists(path)) return;
  const parent = dirname(path);
  const doomed = join(parent, `.old-${basename(path)}`);
  if (exists(doomed)) await removeTree(disk, doomed);
  await disk.rename(path, doomed);
  await disk.syncDir(parent);
  await removeTree(disk, doomed);
}

/** Deletes a directory and what is in it; never follows a link. Only for `.new-` and `.old-` names. */
export async function removeTree(disk: Disk, path: string): Promise<void> {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) await removeTree(disk, child);
    else await disk.unlink(child);
  }
  await disk.removeDir(path);
}
