import type { Revocation } from '../core/model.ts';
import type { Disk } from '../core/ports.ts';
import { readReason } from '../core/revoke/revocation-reason.ts';
import { rfc3339OrNull, toRfc3339 } from '../core/text/time-text.ts';
import { corrupt, type Fields, readIssuerFile } from './json.ts';
import type { Layout } from './layout.ts';
import { replaceState } from './replace-file.ts';

/** Reads `issuer/revoked/<name>.json` (docs/state.md section 8); a missing file is empty. Throws `state-corrupt`. */
export function readRevocations(layout: Layout, name: string): readonly Revocation[] {
  const path = layout.revokedOf(name);
  const fields = readIssuerFile(layout, path);
  return fields === null ? [] : fields.objects('revoked').map(entry => revocationOf(entry, path));
}

export async function writeRevocations(
  disk: Disk,
  path: string,
  revocations: readonly Revocation[],
): Promise<void> {
  await replaceState(disk, path, { revoked: revocations.map(documentOf) }, 0o600);
}

function revocationOf(fields: Fields, path: string): Revocation {
  const reason = readReason(fields.text('reason'));
  const signedBy = fields.textOrNull('signed_by');
  if (reason === null) throw corrupt(path, '"reason" is no reason');
  if (signedBy !== null && signedBy !== 'account' && signedBy !== 'certificate') {
    throw corrupt(path, '"signed_by" is neither account nor certificate');
  }
  return {
    generation: fields.text('generation'),
    keySha256: fields.text('key_sha256'),
    reason,
    signedBy,
    replace: fields.flag('replace'),
    since: fields.instant('since'),
    askedAt: fields.instant('asked_at'),
    confirmedAt: fields.instantOrNull('confirmed_at'),
  };
}

function documentOf(revocation: Revocation) {
  return {
    generation: revocation.generation,
    key_sha256: revocation.keySha256,
    reason: revocation.reason,
    signed_by: revocation.signedBy,
    replace: revocation.replace,
    since: toRfc3339(revocation.since),
    asked_at: toRfc3339(revocation.askedAt),
    confirmed_at: rfc3339OrNull(revocation.confirmedAt),
  };
}
