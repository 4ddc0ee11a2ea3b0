import type { AfterOwed } from '../core/issue/after-owed.ts';
import type { Disk } from '../core/ports.ts';
import { rfc3339OrNull, toRfc3339 } from '../core/text/time-text.ts';
import { failureDocument, failureOf } from './failure.ts';
import { readIssuerFile } from './json.ts';
import type { Layout } from './layout.ts';
import { exists, replaceState } from './replace-file.ts';

/** Reads `issuer/attempts/<name>.json` (docs/state.md section 10); no file: nothing is owed. Throws `state-corrupt`. */
export function readAfterOwed(layout: Layout, name: string): AfterOwed | null {
  const fields = readIssuerFile(layout, layout.attemptOf(name));
  if (fields === null) return null;
  return {
    since: fields.instant('since'),
    failures: fields.number('failures'),
    nextAttemptAt: fields.instantOrNull('next_attempt_at'),
    lastError: failureOf(fields.objectOrNull('last_error')),
  };
}

/** Durable on return; null: nothing is owed any more. */
export async function writeAfterOwed(disk: Disk, path: string, owed: AfterOwed | null): Promise<void> {
  if (owed === null) {
    if (exists(path)) await disk.unlink(path);
    return;
  }
  const fields = {
    since: toRfc3339(owed.since),
    failures: owed.failures,
    next_attempt_at: rfc3339OrNull(owed.nextAttemptAt),
    last_error: failureDocument(owed.lastError),
  };
  await replaceState(disk, path, fields, 0o600);
}
