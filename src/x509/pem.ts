import { CertdError } from '../core/errors.ts';

// Public chains have at most five certificates of about 2 kB; these bounds only stop nonsense.
const maxCertificates = 16;
const maxDerBytes = 64 * 1024;

const block = /-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]*)-----END \1-----/g;

/**
 * Splits a PEM chain into its certificates, leaf first as the CA sent them (RFC 8555 §9.1), each in
 * canonical form: 64 columns, LF, one newline at the end. Throws `certificate-unreadable` where there is
 * none, too many, too big a one, or anything that is not a certificate.
 */
export function splitChain(pem: string): readonly [string, ...string[]] {
  const found = Array.from(pem.matchAll(block), match => certificateOf(match[1] ?? '', match[2] ?? ''));
  const [leaf, ...chain] = found;
  if (leaf === undefined) throw unreadable('holds no certificate');
  if (found.length > maxCertificates) throw unreadable(`holds more than ${maxCertificates} certificates`);
  if (pem.replaceAll(block, '').trim() !== '') throw unreadable('holds text outside its certificates');
  return [leaf, ...chain];
}

/** The DER of the first certificate in `pem`. */
export function derOf(pem: string): Uint8Array {
  const body = splitChain(pem)[0].split('\n').slice(1, -2).join('');
  return Buffer.from(body, 'base64');
}

/** DER as canonical PEM. */
export function certificatePem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function certificateOf(label: string, body: string): string {
  // A private key must never be carried along as part of a chain.
  if (label !== 'CERTIFICATE') throw unreadable(`holds a ${label}`);
  const der = Buffer.from(body, 'base64');
  if (der.length === 0 || der.length > maxDerBytes) throw unreadable(`holds a block of ${der.length} bytes`);
  return certificatePem(der);
}

function unreadable(what: string): CertdError {
  return new CertdError('certificate-unreadable', `The PEM text ${what}.`);
}
