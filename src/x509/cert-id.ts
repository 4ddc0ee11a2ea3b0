import { children, content } from './der.ts';
import { derOf } from './pem.ts';
import { readTbs } from './tbs.ts';

const authorityKeyIdentifier = '551d23';

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
  const extension = tbs.extension(authorityKeyIdentifier);
  if (extension === null) return null;
  const keyIdentifier = children(extension).find(node => node.tag === 0x80);
  if (keyIdentifier === undefined) return null;
  return `${base64url(content(keyIdentifier))}.${base64url(tbs.serial)}`;
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
