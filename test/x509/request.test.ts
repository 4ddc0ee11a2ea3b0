import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import acme from 'acme-client';
import { expect, test } from 'vitest';
import type { KeyType } from '../../src/core/model.ts';
import { children, content, pick, readDer } from '../../src/x509/der.ts';
import { generateKey } from '../../src/x509/keys.ts';
import { checkRequest, createRequest } from '../../src/x509/request.ts';
import { makePair } from '../support/make-pair.ts';

const kinds: readonly (readonly [KeyType, string])[] = [
  ['ecdsa-p256', 'sha256'],
  ['ecdsa-p384', 'sha384'],
  ['rsa-2048', 'sha256'],
];

/** RFC 2986 §4.2: what is signed, by which algorithm, and the signature without the count of its unused bits. */
function partsOf(request: Uint8Array) {
  const outer = readDer(request);
  const parts = children(outer);
  const [info, algorithm, signature] = [pick(parts, 0), pick(parts, 1), pick(parts, 2)];
  return {
    signed: request.subarray(outer.start, info.end),
    algorithm: Buffer.from(content(algorithm)).toString('hex'),
    signature: content(signature).subarray(1),
  };
}

test.each(kinds)('a request for %s says what that of acme-client said', async (type, digest) => {
  const key = await generateKey(type);
  const domains = ['a.example', '*.b.example', 'xn--bcher-kva.example'];
  const request = await createRequest(key, domains);
  const [, pem] = await acme.crypto.createCsr({ altNames: [...domains] }, key);
  const other = Buffer.from(x509.PemConverter.decodeFirst(pem.toString()));
  expect(Buffer.from(partsOf(request).signed)).toEqual(Buffer.from(partsOf(other).signed));
  expect(partsOf(request).algorithm).toBe(partsOf(other).algorithm);
  const { signed, signature } = partsOf(request);
  expect(verify(digest, signed, createPublicKey(key), signature)).toBe(true);
});

test('a hundred long names are all in it', async () => {
  const domains = Array.from({ length: 100 }, (_, n) => `${'a'.repeat(60)}.${'b'.repeat(60)}.n${n}.example`);
  const request = await createRequest(await generateKey('ecdsa-p256'), domains);
  const read = new x509.Pkcs10CertificateRequest(Buffer.from(request));
  const { names } = new x509.SubjectAlternativeNameExtension(read.getExtension('2.5.29.17')?.rawData ?? '');
  expect(names.items.map(({ type, value }) => `${type} ${value}`)).toEqual(
    domains.map(domain => `dns ${domain}`),
  );
  expect(await read.verify()).toBe(true);
});

test('addresses are in it by their octets, beside names, in the order that was given', async () => {
  const domains = ['192.0.2.1', 'a.example', '2001:db8::1', '::1'];
  const request = await createRequest(await generateKey('ecdsa-p256'), domains);
  const names = [
    '8704c0000201',
    '8209612e6578616d706c65',
    '871020010db8000000000000000000000001',
    '871000000000000000000000000000000001',
  ].join('');
  // subjectAltName, an OCTET STRING, a SEQUENCE of 53 octets.
  expect(Buffer.from(request).toString('hex')).toContain(`0603551d1104373035${names}`);
  expect(await new x509.Pkcs10CertificateRequest(Buffer.from(request)).verify()).toBe(true);
});

test('what createRequest makes is a request, whatever the lengths in it', async () => {
  const key = await generateKey('ecdsa-p256');
  for (const length of [1, 40, 63]) checkRequest(await createRequest(key, [`${'a'.repeat(length)}.example`]));
  checkRequest(await createRequest(await generateKey('rsa-4096'), ['a.example']));
});

test.each([
  ['nothing', async () => new Uint8Array()],
  ['half of one', async (request: Uint8Array) => request.subarray(0, request.length / 2)],
  ['one with more behind it', async (request: Uint8Array) => Buffer.concat([request, Buffer.of(0)])],
  ['a certificate', async () => new Uint8Array(new X509Certificate((await makePair()).cert).raw)],
])('%s is no request', async (_, spoil) => {
  const spoilt = await spoil(await createRequest(await generateKey('ecdsa-p256'), ['a.example']));
  expect(() => checkRequest(spoilt)).toThrow(expect.objectContaining({ code: 'certificate-unreadable' }));
});
