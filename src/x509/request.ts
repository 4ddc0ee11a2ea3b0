import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { CertdError } from '../core/errors.ts';
import { isAddress } from '../core/text/ip-address.ts';
import { children, pick, readDer, tags } from './der.ts';
import { octetsOf } from './ip-octets.ts';

const signOnWorker = promisify(sign);

/**
 * A certificate request (PKCS#10, RFC 2986 §4) as DER, signed with the key it is for: the domains, IP
 * addresses among them (RFC 8738 §3), as subjectAltName and an empty subject (RFC 8555 §7.4 asks for no common name, and some profiles have none).
 * Written by hand: the library that did it was a quarter of the daemon's code in memory.
 */
export async function createRequest(keyPem: string, domains: readonly string[]): Promise<Uint8Array> {
  const key = createPrivateKey(keyPem);
  const { digest, algorithm } = signatureOf(key);
  const info = der(
    tags.sequence,
    der(tags.integer, Buffer.of(0)),
    der(tags.sequence),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    der(contextTag(0), extensionRequest(domains)),
  );
  const signature = await signOnWorker(digest, info, key);
  return der(tags.sequence, info, algorithm, der(bitString, Buffer.of(0), signature));
}

/** Throws `certificate-unreadable` where bytes, read back from disk, are no certificate request any more. */
export function checkRequest(bytes: Uint8Array): void {
  const parts = children(readDer(bytes));
  const info = children(pick(parts, 0, tags.sequence));
  pick(info, 3, contextTag(0));
  pick(parts, 1, tags.sequence);
  pick(parts, 2, bitString);
}

const bitString = 0x03;
const nothing = 0x05;
const set = 0x31;

const oids = {
  extensionRequest: '2a864886f70d01090e',
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  ecdsaWithSha256: '2a8648ce3d040302',
  ecdsaWithSha384: '2a8648ce3d040303',
  sha256WithRsa: '2a864886f70d01010b',
} as const;

/** RFC 5758 §3.2 (no parameters) and RFC 8017 appendix A.2 (NULL). */
function signatureOf(key: KeyObject): { readonly digest: string; readonly algorithm: Uint8Array } {
  if (key.asymmetricKeyType === 'rsa') {
    return { digest: 'sha256', algorithm: der(tags.sequence, oid(oids.sha256WithRsa), der(nothing)) };
  }
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve === 'secp384r1')
    return { digest: 'sha384', algorithm: der(tags.sequence, oid(oids.ecdsaWithSha384)) };
  if (curve === 'prime256v1')
    return { digest: 'sha256', algorithm: der(tags.sequence, oid(oids.ecdsaWithSha256)) };
  throw new CertdError('internal-error', `no request can be made for a key of kind ${key.asymmetricKeyType}`);
}

/** RFC 2985 §5.4.2 around the extensions of RFC 5280 §4.2.1. */
function extensionRequest(domains: readonly string[]): Uint8Array {
  // digitalSignature and keyEncipherment: bits 0 and 2 of eight, five of them unused (RFC 5280 §4.2.1.3).
  const usage = der(bitString, Buffer.of(5, 0xa0));
  const names = der(tags.sequence, ...domains.map(generalName));
  const extensions = der(
    tags.sequence,
    extension(oids.keyUsage, usage),
    extension(oids.subjectAltName, names),
  );
  return der(tags.sequence, oid(oids.extensionRequest), der(set, extensions));
}

const dnsName = 0x82;
const ipAddress = 0x87;

function generalName(domain: string): Uint8Array {
  return isAddress(domain) ? der(ipAddress, octetsOf(domain)) : der(dnsName, Buffer.from(domain, 'ascii'));
}

function extension(id: string, value: Uint8Array): Uint8Array {
  return der(tags.sequence, oid(id), der(tags.octetString, value));
}

function contextTag(number: number): number {
  return 0xa0 + number;
}

function oid(hex: string): Uint8Array {
  return der(tags.oid, Buffer.from(hex, 'hex'));
}

/** One element around others (X.690 §8.1): the length in one byte below 128, else its bytes counted first. */
function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(contents);
  if (body.length < 0x80) return Buffer.concat([Buffer.of(tag, body.length), body]);
  const hex = body.length.toString(16);
  const length = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 + length.length), length, body]);
}
