import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { CertdError } from '../core/errors.ts';
import { parseCertificate } from '../x509/certificate.ts';

/**
 * The roots that a CA's own HTTPS is checked against: the system's store, else Node's bundle where the
 * host has none, what NODE_EXTRA_CA_CERTS names, and `extraPem` (`cas.<name>.trust`) beside them.
 * Throws `ca-untrusted` where `extraPem` holds no certificate.
 */
export function trustContext(extraPem: string | null): SecureContext {
  const base = hostRoots();
  // Node lists a root once per file and directory that it was found in; each costs time to parse again.
  const roots = new Set([...base, ...getCACertificates('extra'), ...extraRoots(extraPem)]);
  return createSecureContext({ ca: [...roots] });
}

/**
 * Node keeps them from the first call on, which takes it thirty milliseconds: a daemon calls before it has
 * anybody to answer.
 */
export function hostRoots(): readonly string[] {
  const system = getCACertificates('system');
  return system.length > 0 ? system : getCACertificates('bundled');
}

/** Node leaves out what it cannot parse without a word, so each is parsed here first. */
function extraRoots(pem: string | null): readonly string[] {
  if (pem === null) return [];
  const roots = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  if (roots === null) throw new CertdError('ca-untrusted', 'The file of `trust` holds no PEM certificate.');
  roots.forEach(checkRoot);
  return roots;
}

function checkRoot(pem: string): void {
  try {
    parseCertificate(pem);
  } catch (error) {
    const message = 'The file of `trust` holds a certificate that cannot be parsed.';
    throw new CertdError('ca-untrusted', message, { cause: error });
  }
}
