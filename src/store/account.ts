import { join } from 'node:path';
import type { AccountStore, Disk, Registration, StoredAccount } from '../core/ports.ts';
import { inIssuerPlace } from './issuer-place.ts';
import { corrupt, stateIn } from './json.ts';
import type { Layout } from './layout.ts';
import { type Place, readFileIn } from './place.ts';
import { removeDirectory } from './remove-tree.ts';
import { exists, replaceFile, replaceState } from './replace-file.ts';

const files = { key: 'key.pem', nextKey: 'next-key.pem', account: 'account.json' };

/** The ACME account of one directory (docs/state.md section 7). */
export function accountStore(disk: Disk, layout: Layout, directoryUrl: string): AccountStore {
  const directory = layout.accountOf(directoryUrl);
  const path = (file: string) => join(directory, file);
  return {
    read: async () => inIssuerPlace(layout, directory, corrupt, accountIn),
    createKey: async keyPem => {
      if (!exists(directory)) await disk.makeDir(directory, 0o700);
      // Also where it was there: a kill may have come between the directory and its sync.
      await disk.syncDir(layout.accounts);
      await replaceFile(disk, path(files.key), keyPem, 0o400);
    },
    save: registration =>
      replaceState(disk, path(files.account), { directory: directoryUrl, ...registration }, 0o600),
    createNextKey: keyPem => replaceFile(disk, path(files.nextKey), keyPem, 0o400),
    adoptNextKey: async () => {
      await disk.rename(path(files.nextKey), path(files.key));
      await disk.syncDir(directory);
    },
    dropNextKey: async () => {
      await disk.unlink(path(files.nextKey));
      await disk.syncDir(directory);
    },
    remove: () => removeDirectory(disk, directory),
  };
}

/** Whether an account was registered at this directory, as far as the disk says. */
export function isRegistered(layout: Layout, directoryUrl: string): boolean {
  return exists(join(layout.accountOf(directoryUrl), files.account));
}

/** The account that was registered there, without its key; null where there is none. Throws `state-corrupt`. */
export function readRegistration(layout: Layout, directoryUrl: string): Registration | null {
  return inIssuerPlace(layout, layout.accountOf(directoryUrl), corrupt, registrationIn);
}

function accountIn(place: Place): StoredAccount | null {
  const keyPem = keyIn(place, files.key);
  if (keyPem === null) return null;
  return { keyPem, nextKeyPem: keyIn(place, files.nextKey), registration: registrationIn(place) };
}

/** Above the largest key that a CA takes. */
const largest = 64 * 1024;

function keyIn(place: Place, name: string): string | null {
  return readFileIn(place, name, { largest, refuse: corrupt })?.toString() ?? null;
}

function registrationIn(place: Place): Registration | null {
  const fields = stateIn(place, files.account);
  if (fields === null) return null;
  return { url: fields.text('url'), email: fields.textIfAny('email'), leaving: fields.flagIfAny('leaving') };
}
