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

/** What monitoring plugins call it, and their exit code for it. */
export type MonitoringState = { readonly word: string; readonly exitCode: 0 | 1 | 2 | 3 };

export const unknownState: MonitoringState = { word: 'UNKNOWN', exitCode: 3 };

/** Without a daemon nobody renews: the best that can be said then is UNKNOWN. */
export function monitoringState({ status, source }: StatusDocument): MonitoringState {
  if (status === 'critical') return { word: 'CRITICAL', exitCode: 2 };
  if (source === 'disk') return unknownState;
  return status === 'warning' ? { word: 'WARNING', exitCode: 1 } : { word: 'OK', exitCode: 0 };
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
