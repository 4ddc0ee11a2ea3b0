import { getCACertificates } from 'node:tls';
import { CertdError } from '../core/errors.ts';
import { parseCertificate } from './certificate.ts';

/**
 * The roots of the system's store, else Node's bundle where the host has none. Node keeps them from the first call
 * on, which takes it thirty milliseconds: a daemon calls before it has anybody to answer.
 */
export function hostRoots(): readonly string[] {
  const system = getCACertificates('system');
  // Node lists a root once per file and directory that it was found in; each costs time to parse again.
  return [...new Set(system.length > 0 ? system : getCACertificates('bundled'))];
}

/**
 * The certificates of a PEM file, whatever text is around them. Node leaves out what it cannot parse without a
 * word, so each is parsed here first. Throws `certificate-unreadable`, also where there is none.
 */
export function certificatesIn(pem: string): readonly [string, ...string[]] {
  const [first, ...others] = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (first === undefined) throw new CertdError('certificate-unreadable', 'it holds no PEM certificate');
  for (const each of [first, ...others]) parse(each);
  return [first, ...others];
}

/** Whether a certificate is a root, and so the end of a chain: one that another CA signed is not. */
export function isRoot(pem: string): boolean {
  const certificate = parse(pem);
  return certificate.checkIssued(certificate);
}

function parse(pem: string) {
  try {
    return parseCertificate(pem);
  } catch (error) {
    const message = 'it holds a certificate that cannot be parsed';
    throw new CertdError('certificate-unreadable', message, { cause: error });
  }
}
