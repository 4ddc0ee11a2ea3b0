import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { CertdError } from '../core/errors.ts';
import type { KeyType, Leaf } from '../core/model.ts';
import { addressText } from '../core/text/ip-address.ts';
import { children, content, type DerNode } from './der.ts';
import { addressOf } from './ip-octets.ts';
import { derOf } from './pem.ts';
import { readTbs, type Tbs } from './tbs.ts';

const subjectAltName = '551d11';
const dnsNameTag = 0x82;
const ipAddressTag = 0x87;

/** What the first certificate in `pem` says. Throws `certificate-unreadable`. */
export function readLeaf(pem: string): Leaf {
  return leafOf(parseCertificate(pem));
}

/** The same of a certificate that is parsed already, which is most of the work. */
export function leafOf(certificate: X509Certificate): Leaf {
  const tbs = readTbs(certificate.raw);
  return {
    serial: Buffer.from(tbs.serial).toString('hex'),
    fingerprintSha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    notBefore: instantOf(certificate.validFromDate),
    notAfter: instantOf(certificate.validToDate),
    domains: namesOf(tbs),
    keyType: keyTypeOf(certificate.publicKey),
    keySha256: sha256(certificate.publicKey.export({ type: 'spki', format: 'der' })),
  };
}

/** Node's view of the first certificate in `pem`. Throws `certificate-unreadable`. */
export function parseCertificate(pem: string): X509Certificate {
  const der = derOf(pem);
  try {
    return new X509Certificate(der);
  } catch (error) {
    throw new CertdError('certificate-unreadable', 'The certificate cannot be parsed.', { cause: error });
  }
}

/** Reads an unencrypted private key. The error carries no text of OpenSSL: it could quote the key. */
export function parseKey(keyPem: string): KeyObject {
  try {
    return createPrivateKey(keyPem);
  } catch {
    throw new CertdError('certificate-unreadable', 'The private key cannot be parsed.');
  }
}

/** Null for a kind of key that certd never asks for. */
export function keyTypeOf(key: KeyObject): KeyType | null {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === 'ec') {
    if (details?.namedCurve === 'prime256v1') return 'ecdsa-p256';
    return details?.namedCurve === 'secp384r1' ? 'ecdsa-p384' : null;
  }
  if (key.asymmetricKeyType !== 'rsa') return null;
  if (details?.modulusLength === 2048) return 'rsa-2048';
  if (details?.modulusLength === 3072) return 'rsa-3072';
  return details?.modulusLength === 4096 ? 'rsa-4096' : null;
}

/** From the DER: Node's `subjectAltName` is a display string with quoting of its own. */
function namesOf(tbs: Tbs): readonly string[] {
  const extension = tbs.extension(subjectAltName);
  return extension === null ? [] : children(extension).flatMap(nameOf);
}

/** A dNSName that looks like an address is none: clients that connect to one do not look there (RFC 6125 §6.2.1). */
function nameOf(node: DerNode): readonly string[] {
  if (node.tag === ipAddressTag) return [addressOf(content(node))];
  if (node.tag !== dnsNameTag) return [];
  const name = Buffer.from(content(node)).toString('latin1').toLowerCase();
  return addressText(name) === null ? [name] : [];
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function instantOf(date: Date): number {
  const instant = date.getTime();
  if (!Number.isFinite(instant))
    throw new CertdError('certificate-unreadable', 'The certificate has no date.');
  return instant;
}
