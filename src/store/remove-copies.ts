import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Disk } from '../core/ports.ts';
import type { Layout } from './layout.ts';
import { removeDirectory } from './remove-tree.ts';

/**
 * Removes every account and every order under way (docs/state.md section 13, step 4), whoever they belong to. No CA hears
 * of it. Returns how many there were.
 */
export async function removeCopies(
  disk: Disk,
  { accounts, work }: Layout,
): Promise<{ readonly accounts: number; readonly orders: number }> {
  return { accounts: await emptied(disk, accounts), orders: await emptied(disk, work) };
}

async function emptied(disk: Disk, place: string): Promise<number> {
  // A file in these places is somebody's note.
  const entries = readdirSync(place, { withFileTypes: true }).filter(entry => !entry.isFile());
  for (const entry of entries) {
    const path = join(place, entry.name);
    if (entry.isDirectory()) await removeDirectory(disk, path);
    // What it leads to is not certd's to remove; that it is used any more is.
    else await disk.unlink(path);
  }
  await disk.syncDir(place);
  return entries.length;
}
