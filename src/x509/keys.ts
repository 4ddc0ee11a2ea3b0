import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyType } from '../core/model.ts';

const generate = promisify(generateKeyPair);

/** A new private key as PKCS#8 PEM. Runs on a worker thread: RSA-4096 takes seconds. */
export async function generateKey(type: KeyType): Promise<string> {
  const { privateKey } = await generatePair(type);
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Whether two private keys, each in PEM, are one. */
export function isSameKey(one: string, other: string): boolean {
  return createPublicKey(one).equals(createPublicKey(other));
}

function generatePair(type: KeyType): Promise<{ privateKey: KeyObject }> {
  switch (type) {
    case 'ecdsa-p256':
      return generate('ec', { namedCurve: 'P-256' });
    case 'ecdsa-p384':
      return generate('ec', { namedCurve: 'P-384' });
    case 'rsa-2048':
      return generate('rsa', { modulusLength: 2048 });
    case 'rsa-3072':
      return generate('rsa', { modulusLength: 3072 });
    case 'rsa-4096':
      return generate('rsa', { modulusLength: 4096 });
  }
}
