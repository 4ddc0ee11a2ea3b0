import type { SecureContextOptions } from 'node:tls';
import type { KeyType } from '../core/model.ts';

/**
 * What a client offers who understands certificates with keys of this family alone: a server that holds others beside it
 * has to present this one. In TLS 1.2 the cipher suites say so too.
 */
export const clientOptions = (family: KeyFamily): SecureContextOptions => (family === 'rsa' ? rsa : ecdsa);

export type KeyFamily = 'rsa' | 'ecdsa';

export function keyFamily(keyType: KeyType): KeyFamily {
  return keyType.startsWith('rsa') ? 'rsa' : 'ecdsa';
}

const tls13 = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256';
const rsaInCertificates = 'rsa_pkcs1_sha256:rsa_pkcs1_sha384:rsa_pkcs1_sha512';

const rsa: SecureContextOptions = {
  sigalgs: `rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:${rsaInCertificates}`,
  ciphers: `${tls13}:ECDHE+aRSA:DHE+aRSA:kRSA:!aNULL:!eNULL:!3DES`,
};

/**
 * With RSA as far as TLS 1.3 has it in certificates alone (RFC 8446 §4.2.3): an RSA root may have signed the chain, and
 * there are servers that look (JSSE).
 */
const ecdsa: SecureContextOptions = {
  sigalgs: `ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:${rsaInCertificates}`,
  ciphers: `${tls13}:ECDHE+aECDSA:!eNULL:!3DES`,
};
