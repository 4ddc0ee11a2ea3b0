import { dirname } from 'node:path';
import type { Disk } from '../core/ports.ts';
import type { HostUser } from '../host/account-file.ts';
import { type HeldDirectory, holdDirectory } from '../store/output-directory.ts';
import { exists } from '../store/replace-file.ts';

/**
 * Makes what is missing of the path to a directory for challenges, and the last of it for `issuer`, who is not root and could
 * make none. What is there stays as it is. Returns what was made. Follows no link, and throws what `holdDirectory` throws where
 * somebody else has a hand in the way. `foreign`: the state directory.
 */
export async function prepareWebroot(
  directory: string,
  { issuer, foreign, disk }: { readonly issuer: HostUser; readonly foreign: string; readonly disk: Disk },
): Promise<readonly string[]> {
  const trusted = [0, issuer.uid];
  const made: string[] = [];
  for (const path of missingOf(directory)) {
    const parent: HeldDirectory = holdDirectory(dirname(path), { trusted, foreign });
    try {
      const name = path.slice(path.lastIndexOf('/') + 1);
      await disk.makeDir(parent.at(name), 0o755, path === directory ? issuer : undefined);
      await disk.syncDir(parent.at(null));
    } finally {
      parent.close();
    }
    made.push(path);
  }
  return made;
}

/** From the top down. */
function missingOf(path: string): readonly string[] {
  return exists(path) || path === '/' ? [] : [...missingOf(dirname(path)), path];
}
