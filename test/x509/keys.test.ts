import { createPrivateKey } from 'node:crypto';
import { expect, it } from 'vitest';
import type { KeyType } from '../../src/core/model.ts';
import { keyTypeOf } from '../../src/x509/certificate.ts';
import { generateKey } from '../../src/x509/keys.ts';

it.each<KeyType>(['ecdsa-p256', 'ecdsa-p384', 'rsa-2048', 'rsa-3072'])(
  'makes a PKCS#8 key of type %s',
  async type => {
    const pem = await generateKey(type);
    expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(keyTypeOf(createPrivateKey(pem))).toBe(type);
  },
);

it('makes a new key each time', async () => {
  expect(await generateKey('ecdsa-p256')).not.toBe(await generateKey('ecdsa-p256'));
});
