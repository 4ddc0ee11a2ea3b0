import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AccountStore, Disk } from '../core/ports.ts';
import { readState } from './json.ts';
import type { Layout } from './layout.ts';
import { exists, replaceFile } from './replace-file.ts';

/** The ACME account of one directory. The key is on disk before the CA sees it, the URL before it is used. */
export function accountStore(disk: Disk, layout: Layout, directoryUrl: string): AccountStore {
  const directory = layout.accountOf(directoryUrl);
  const keyFile = join(directory, 'key.pem');
  const accountFile = join(directory, 'account.json');
  return {
    read: async () => {
      if (!exists(keyFile)) return null;
      const url = readState(accountFile)?.text('url') ?? null;
      return { keyPem: readFileSync(keyFile, 'utf8'), url };
    },
    createKey: async keyPem => {
      if (!exists(directory)) await disk.makeDir(directory, 0o700);
      // Also where it was there: a kill may have come between the directory and its sync.
      await disk.syncDir(layout.accounts);
      await replaceFile(disk, keyFile, keyPem, 0o400);
    },
    saveUrl: async url => {
      const document = { schema: 1, directory: directoryUrl, url };
      await replaceFile(disk, accountFile, `${JSON.stringify(document, null, 2)}\n`, 0o600);
    },
  };
}
