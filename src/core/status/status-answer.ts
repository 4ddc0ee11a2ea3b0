import type { StatusDocument } from './status-document.ts';

/** The number that documents of this version have; a later form counts it up. */
const schema: StatusDocument['schema'] = 1;

/** Whether an answer from a socket is a document that this version can show. */
export function isStatusDocument(value: unknown): value is StatusDocument {
  return (
    typeof value === 'object' &&
    value !== null &&
    'schema' in value &&
    value.schema === schema &&
    'certificates' in value &&
    Array.isArray(value.certificates)
  );
}

/** The version of the daemon whose answer has a later form than this version knows; null where that is not what it is. */
export function newerDaemon(value: unknown): { readonly version: string | null } | null {
  if (typeof value !== 'object' || value === null || !('schema' in value)) return null;
  if (typeof value.schema !== 'number' || value.schema <= schema) return null;
  return { version: 'version' in value && typeof value.version === 'string' ? value.version : null };
}
