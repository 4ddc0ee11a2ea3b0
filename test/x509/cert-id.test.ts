import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { CertdError } from '../../src/core/errors.ts';
import { certIdOf, certIdOfDer } from '../../src/x509/cert-id.ts';
import { makeCa, makeLeaf, type TestCa } from '../support/make-cert.ts';

// The example of RFC 9773 §4.1 (Appendix A): serial 00 87 65 43 21, keyIdentifier 69 88 5b … da 30 d4.
const rfcExample = `-----BEGIN CERTIFICATE-----
MIIBQzCB66ADAgECAgUAh2VDITAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwpFeGFt
cGxlIENBMCIYDzAwMDEwMTAxMDAwMDAwWhgPMDAwMTAxMDEwMDAwMDBaMBYxFDAS
BgNVBAMTC2V4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEeBZu
7cbpAYNXZLbbh8rNIzuOoqOOtmxA1v7cRm//AwyMwWxyHz4zfwmBhcSrf47NUAFf
qzLQ2PPQxdTXREYEnKMjMCEwHwYDVR0jBBgwFoAUaYhba4dGQEHhs3uEe6CuLN4B
yNQwCgYIKoZIzj0EAwIDRwAwRAIge09+S5TZAlw5tgtiVvuERV6cT4mfutXIlwTb
+FYN/8oCIClDsqBklhB9KAelFiYt9+6FDj3z4KGVelYM5MdsO3pK
-----END CERTIFICATE-----
`;

let ca: TestCa;
beforeAll(async () => {
  ca = await makeCa('cert-id test root');
});

describe('certIdOf', () => {
  it('gives the identifier that RFC 9773 prints for its example', () => {
    expect(certIdOf(rfcExample)).toBe('aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE');
  });

  it('keeps the leading 00 of a serial whose first bit is set', async () => {
    const leaf = await makeLeaf(ca, { domains: ['a.example'], serialHex: '00876543 21ab'.replace(' ', '') });
    expect(certIdOf(leaf.pem)?.split('.')[1]).toBe('AIdlQyGr');
  });

  it('is null for a certificate without an authority key identifier', async () => {
    const leaf = await makeLeaf(ca, { domains: ['a.example'], withoutAki: true });
    expect(certIdOf(leaf.pem)).toBeNull();
  });

  it('refuses text that is no certificate', () => {
    expect(() => certIdOf('no certificate')).toThrow(CertdError);
  });

  it('answers or throws a CertdError for every mutation of a certificate', async () => {
    const leaf = await makeLeaf(ca, { domains: ['a.example', 'b.example'] });
    const der = new X509Certificate(leaf.pem).raw;
    const random = seeded(20261121);
    let refused = 0;
    for (let round = 0; round < 5000; round += 1) {
      const outcome = attempt(mutate(der, random));
      if (outcome instanceof CertdError) refused += 1;
      else expect(outcome === null || /^[\w-]*\.[\w-]*$/.test(String(outcome))).toBe(true);
    }
    expect(refused).toBeGreaterThan(500);
  });
});

function attempt(der: Uint8Array): string | null | CertdError {
  try {
    return certIdOfDer(der);
  } catch (error) {
    if (error instanceof CertdError) return error;
    throw error;
  }
}

/** Flips up to four bytes and, one time in four, cuts the end off. */
function mutate(der: Uint8Array, random: () => number): Uint8Array {
  const copy = Uint8Array.from(der);
  for (let i = 0; i < 1 + Math.floor(random() * 4); i += 1) {
    copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
  }
  return random() < 0.25 ? copy.subarray(0, Math.floor(random() * copy.length)) : copy;
}

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
