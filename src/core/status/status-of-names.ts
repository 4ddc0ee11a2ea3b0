import { pickNamed } from '../pick-named.ts';
import { worst } from './certificate-problems.ts';
import type { StatusDocument } from './status-document.ts';

/**
 * The document for some certificates only; all where no name is given. Throws `usage` for an unknown name, unless no
 * configuration says which names there are.
 */
export function ofNames(document: StatusDocument, names: readonly string[]): StatusDocument {
  if (names.length === 0) return document;
  const certificates = isUnconfigured(document)
    ? document.certificates.filter(({ name }) => names.includes(name))
    : pickNamed(document.certificates, names);
  const problems = document.problems.filter(
    ({ certificate }) => certificate === null || names.includes(certificate),
  );
  const all = [...problems, ...certificates.flatMap(certificate => certificate.problems)];
  return { ...document, problems, certificates, status: worst(all) };
}

/** A daemon that refused a new configuration still has the old one. */
function isUnconfigured({ source, problems }: StatusDocument): boolean {
  return source === 'disk' && problems.some(({ code }) => code === 'config-refused');
}
