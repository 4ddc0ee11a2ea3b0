import { worst } from './certificate-problems.ts';
import { pickNamed } from './pick-named.ts';
import type { StatusDocument } from './status-document.ts';

/** The document for some certificates only; all where no name is given. Throws `usage` for an unknown name. */
export function ofNames(document: StatusDocument, names: readonly string[]): StatusDocument {
  if (names.length === 0) return document;
  const certificates = pickNamed(document.certificates, names);
  const problems = [...document.problems, ...certificates.flatMap(certificate => certificate.problems)];
  return { ...document, certificates, status: worst(problems) };
}
