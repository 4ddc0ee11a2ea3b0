import { CertdError } from '../core/errors.ts';
import { shortestIpv6 } from '../core/text/listen-address.ts';

/** The content of an iPAddress name (RFC 5280 §4.2.1.6): 4 octets or 16. `address`: as `addressText` gives it. */
export function octetsOf(address: string): Uint8Array {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [before = [], after] = address.split('::').map(half => half.split(':').filter(group => group !== ''));
  const zeros = Array.from({ length: 8 - before.length - (after?.length ?? 0) }, () => '0');
  const groups = after === undefined ? before : [...before, ...zeros, ...after];
  return Buffer.from(groups.map(group => group.padStart(4, '0')).join(''), 'hex');
}

/** The other way. Throws `certificate-unreadable` for any other number of octets. */
export function addressOf(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) {
    throw new CertdError(
      'certificate-unreadable',
      `The certificate has an IP address of ${octets.length} bytes.`,
    );
  }
  return shortestIpv6(
    Buffer.from(octets)
      .toString('hex')
      .replace(/(.{4})(?=.)/g, '$1:'),
  );
}
