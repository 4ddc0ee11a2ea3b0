import { authorityKeyId } from './key-identifier.ts';
import { derOf } from './pem.ts';
import { readTbs } from './tbs.ts';

/**
 * The ARI certificate identifier of the first certificate in `pem`: base64url of the AKI keyIdentifier, a
 * dot, base64url of the serial's DER content with its leading 00 (RFC 9773 §4.1). Null where the
 * certificate has no keyIdentifier. Throws `certificate-unreadable`.
 */
export function certIdOf(pem: string): string | null {
  return certIdOfDer(derOf(pem));
}

/** The same from DER. */
export function certIdOfDer(der: Uint8Array): string | null {
  const tbs = readTbs(der);
  const keyId = authorityKeyId(tbs);
  return keyId === null ? null : `${base64url(keyId)}.${base64url(tbs.serial)}`;
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
