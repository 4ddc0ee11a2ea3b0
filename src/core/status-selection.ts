import { worst } from './certificate-problems.ts';
import { CertdError } from './errors.ts';
import type { StatusDocument } from './status-document.ts';

/** The document for some certificates only; all where no name is given. Throws `usage` for an unknown name. */
export function ofNames(document: StatusDocument, names: readonly string[]): StatusDocument {
  if (names.length === 0) return document;
  const known = new Set(document.certificates.map(({ name }) => name));
  const unknown = names.filter(name => !known.has(name));
  if (unknown.length > 0) {
    throw new CertdError(
      'usage',
      `no certificate is named ${unknown.join(', ')}; there are: ${[...known].join(', ')}`,
    );
  }
  const wanted = new Set(names);
  const certificates = document.certificates.filter(({ name }) => wanted.has(name));
  const problems = [...document.problems, ...certificates.flatMap(certificate => certificate.problems)];
  return { ...document, certificates, status: worst(problems) };
}

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
