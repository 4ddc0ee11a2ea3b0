import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { asCertdError, type CertdError } from '../core/errors.ts';
import type { Disk } from '../core/ports.ts';
import { readState } from './json.ts';
import type { Layout } from './layout.ts';
import { exists, replaceFile } from './replace-file.ts';

/** The challenge files that certd has put into webroots and not yet removed (docs/state.md section 4). */
export type TokenRecord = {
  paths(): readonly string[];
  /** Reads the one record alone: orders ask while hundreds of others have theirs. */
  has(path: string): boolean;
  add(path: string): Promise<void>;
  remove(path: string): Promise<void>;
};

/**
 * One file a token, so that authorizations under way at once never write the same file. A record that cannot
 * be read is for `warn` and stays: one lost token must not hold up every certificate.
 */
export function tokenRecord(disk: Disk, layout: Layout, warn: (error: CertdError) => void): TokenRecord {
  const recordOf = (path: string) =>
    join(layout.tokens, `${createHash('sha256').update(path).digest('hex').slice(0, 16)}.json`);
  return {
    paths: () => {
      const records = readdirSync(layout.tokens).filter(entry => entry.endsWith('.json'));
      return records.map(entry => pathIn(join(layout.tokens, entry), warn)).filter(path => path !== null);
    },
    has: path => exists(recordOf(path)) && pathIn(recordOf(path), warn) === path,
    add: path => replaceFile(disk, recordOf(path), `${JSON.stringify({ schema: 1, path })}\n`, 0o600),
    remove: async path => {
      if (exists(recordOf(path))) await disk.unlink(recordOf(path));
    },
  };
}

function pathIn(record: string, warn: (error: CertdError) => void): string | null {
  try {
    return readState(record)?.text('path') ?? null;
  } catch (thrown) {
    const error = asCertdError(thrown);
    if (error.code !== 'state-corrupt') throw error;
    warn(error);
    return null;
  }
}
