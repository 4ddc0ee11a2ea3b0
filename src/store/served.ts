import { type ServedRecord, type ServedState, servedStates } from '../core/endpoint.ts';
import type { Disk } from '../core/ports.ts';
import { rfc3339OrNull, toRfc3339 } from '../core/text/time-text.ts';
import { type Fields, readIssuerFile } from './json.ts';
import type { Layout } from './layout.ts';
import { replaceState } from './replace-file.ts';

/**
 * Reads `issuer/served/<name>.json`: what an issuer alone has found of remote endpoints (docs/state.md section 12). None
 * without a file. Throws `state-corrupt`.
 */
export function readServed(layout: Layout, name: string): readonly ServedRecord[] {
  return readIssuerFile(layout, layout.servedOf(name))?.objects('served').map(servedOf) ?? [];
}

export async function writeServed(disk: Disk, path: string, served: readonly ServedRecord[]): Promise<void> {
  await replaceState(disk, path, { served: served.map(servedDocument) }, 0o600);
}

/** One record, as `deploy/<name>.json` has them, too. */
export function servedOf(fields: Fields): ServedRecord {
  return {
    connect: fields.text('connect'),
    serverName: fields.text('server_name'),
    state: servedStateOf(fields.text('state')),
    detail: fields.textOrNull('detail'),
    fingerprintSha256: fields.textOrNull('fingerprint_sha256'),
    notAfter: fields.instantOrNull('not_after'),
    checkedAt: fields.instant('checked_at'),
    since: fields.instant('since'),
  };
}

/** A state of a later version says nothing to this one. */
export function servedStateOf(text: string): ServedState {
  return servedStates.find(state => state === text) ?? 'unchecked';
}

export function servedDocument(served: ServedRecord) {
  return {
    connect: served.connect,
    server_name: served.serverName,
    state: served.state,
    detail: served.detail,
    fingerprint_sha256: served.fingerprintSha256,
    not_after: rfc3339OrNull(served.notAfter),
    checked_at: toRfc3339(served.checkedAt),
    since: toRfc3339(served.since),
  };
}
