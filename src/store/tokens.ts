import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Disk } from '../core/ports.ts';
import { readState } from './json.ts';
import type { Layout } from './layout.ts';
import { exists, replaceFile } from './replace-file.ts';

/** The challenge files that certd has put into webroots and not yet removed (docs/state.md section 4). */
export type TokenRecord = {
  paths(): readonly string[];
  add(path: string): Promise<void>;
  remove(path: string): Promise<void>;
};

/** One file a token, so that authorizations under way at once never write the same file. */
export function tokenRecord(disk: Disk, layout: Layout): TokenRecord {
  const recordOf = (path: string) =>
    join(layout.tokens, `${createHash('sha256').update(path).digest('hex').slice(0, 16)}.json`);
  return {
    paths: () => {
      const records = readdirSync(layout.tokens).filter(entry => entry.endsWith('.json'));
      return records.map(entry => readState(join(layout.tokens, entry))?.text('path')).filter(isText);
    },
    add: path => replaceFile(disk, recordOf(path), `${JSON.stringify({ schema: 1, path })}\n`, 0o600),
    remove: async path => {
      if (exists(recordOf(path))) await disk.unlink(recordOf(path));
    },
  };
}

function isText(found: string | undefined): found is string {
  return found !== undefined;
}
