import type { StatusDocument } from './status-document.ts';

/** Whether an answer from a socket is a document that this version can show. */
export function isStatusDocument(value: unknown): value is StatusDocument {
  return (
    typeof value === 'object' &&
    value !== null &&
    'schema' in value &&
    value.schema === 1 &&
    'certificates' in value &&
    Array.isArray(value.certificates)
  );
}
