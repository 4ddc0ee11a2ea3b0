import { children, content } from './der.ts';
import type { Tbs } from './tbs.ts';

const authorityKeyIdentifier = '551d23';
const subjectKeyIdentifier = '551d0e';

/** By what the issuer’s key is known (RFC 5280 §4.2.1.1); null where the certificate does not say. */
export function authorityKeyId(tbs: Tbs): Uint8Array | null {
  const extension = tbs.extension(authorityKeyIdentifier);
  if (extension === null) return null;
  const keyIdentifier = children(extension).find(node => node.tag === 0x80);
  return keyIdentifier === undefined ? null : content(keyIdentifier);
}

/** By what the certificate’s own key is known (§4.2.1.2). */
export function subjectKeyId(tbs: Tbs): Uint8Array | null {
  const extension = tbs.extension(subjectKeyIdentifier);
  return extension === null ? null : content(extension);
}
