import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { asCertdError, CertdError } from '../core/errors.ts';
import { certificatesIn, hostRoots } from '../x509/roots.ts';

/**
 * The roots that a CA's own HTTPS is checked against: the system's store, else Node's bundle where the
 * host has none, what NODE_EXTRA_CA_CERTS names, and `extraPem` (`cas.<name>.trust`) beside them.
 * Throws `ca-untrusted` where `extraPem` holds no certificate.
 */
export function trustContext(extraPem: string | null): SecureContext {
  const roots = new Set([...hostRoots(), ...getCACertificates('extra'), ...extraRoots(extraPem)]);
  return createSecureContext({ ca: [...roots] });
}

function extraRoots(pem: string | null): readonly string[] {
  if (pem === null) return [];
  try {
    return certificatesIn(pem);
  } catch (error) {
    const { message } = asCertdError(error);
    throw new CertdError('ca-untrusted', `The file of \`trust\` cannot be used: ${message}.`, {
      cause: error,
    });
  }
}
