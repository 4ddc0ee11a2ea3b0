import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { asCertdError, type CertdError } from '../core/errors.ts';
import type { Disk } from '../core/ports.ts';
import { inIssuerPlace } from './issuer-place.ts';
import { corrupt, stateIn } from './json.ts';
import type { Layout } from './layout.ts';
import { entriesOf, type Place } from './place.ts';
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
  const recordOf = (path: string) => join(layout.tokens, nameOf(path));
  return {
    paths: () => {
      const paths = inIssuerPlace(layout, layout.tokens, corrupt, place =>
        recordsIn(place).map(record => pathIn(place, record, warn)),
      );
      return (paths ?? []).filter(path => path !== null);
    },
    has: path =>
      inIssuerPlace(layout, layout.tokens, corrupt, place => pathIn(place, nameOf(path), warn)) === path,
    add: path => replaceFile(disk, recordOf(path), `${JSON.stringify({ schema: 1, path })}\n`, 0o600),
    remove: async path => {
      if (exists(recordOf(path))) await disk.unlink(recordOf(path));
    },
  };
}

function nameOf(path: string): string {
  return `${createHash('sha256').update(path).digest('hex').slice(0, 16)}.json`;
}

const most = 100_000;

function recordsIn(place: Place): readonly string[] {
  const entries = entriesOf(place, { most, refuse: corrupt });
  return entries.map(({ name }) => name).filter(name => name.endsWith('.json'));
}

function pathIn(place: Place, record: string, warn: (error: CertdError) => void): string | null {
  try {
    return stateIn(place, record)?.text('path') ?? null;
  } catch (thrown) {
    const error = asCertdError(thrown);
    if (error.code !== 'state-corrupt') throw error;
    warn(error);
    return null;
  }
}
