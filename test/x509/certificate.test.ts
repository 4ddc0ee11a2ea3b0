import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseKey, readLeaf } from '../../src/x509/certificate.ts';
import { certificatePem, splitChain } from '../../src/x509/pem.ts';
import { makeCa, makeLeaf, type TestCa } from '../support/make-cert.ts';

let ca: TestCa;
beforeAll(async () => {
  ca = await makeCa('certificate test root');
});

describe('readLeaf', () => {
  it('reads serial, dates, names and key type', async () => {
    const leaf = await makeLeaf(ca, {
      domains: ['WWW.Example.com', 'example.com', '192.0.2.1', '2001:db8::1'],
      serialHex: '00a1b2c3',
      notBefore: new Date('2026-01-02T03:04:05Z'),
      notAfter: new Date('2026-04-02T03:04:05Z'),
      keyType: 'ecdsa-p384',
    });
    const raw = new X509Certificate(leaf.pem).raw;
    const spki = createPublicKey(leaf.keyPem).export({ type: 'spki', format: 'der' });
    expect(readLeaf(leaf.pem)).toEqual({
      serial: '00a1b2c3',
      fingerprintSha256: createHash('sha256').update(raw).digest('hex'),
      notBefore: Date.UTC(2026, 0, 2, 3, 4, 5),
      notAfter: Date.UTC(2026, 3, 2, 3, 4, 5),
      domains: ['www.example.com', 'example.com', '192.0.2.1', '2001:db8::1'],
      keyType: 'ecdsa-p384',
      keySha256: createHash('sha256').update(spki).digest('hex'),
    });
  });

  it('reads names that a display string would quote', async () => {
    const leaf = await makeLeaf(ca, { domains: ['a.example, DNS:b.example'] });
    expect(readLeaf(leaf.pem).domains).toEqual(['a.example, dns:b.example']);
  });

  it('takes no name of another kind, and no address that stands as a DNS name', async () => {
    const names = [
      { type: 'dns', value: '192.0.2.1' },
      { type: 'dns', value: '2001:db8::1' },
      { type: 'email', value: 'ops@example.com' },
      { type: 'url', value: 'https://example.com' },
    ] as const;
    const leaf = await makeLeaf(ca, { domains: ['a.example'], names });
    expect(readLeaf(leaf.pem).domains).toEqual(['a.example']);
  });

  it('refuses an address of a wrong length', async () => {
    const leaf = await makeLeaf(ca, { domains: ['192.0.2.1', '192.0.2.2'] });
    // 87 04 c0000201 87 04 c0000202 becomes one entry of ten octets.
    const der = Buffer.from(
      new X509Certificate(leaf.pem).raw.toString('hex').replace('8704c0000201', '870ac0000201'),
      'hex',
    );
    expect(() => readLeaf(certificatePem(der))).toThrow('has an IP address of 10 bytes');
  });

  it('tells an RSA key by its size', async () => {
    const leaf = await makeLeaf(ca, { domains: ['a.example'], keyType: 'rsa-2048' });
    expect(readLeaf(leaf.pem).keyType).toBe('rsa-2048');
  });

  it('reads the first certificate of a chain', async () => {
    const leaf = await makeLeaf(ca, { domains: ['a.example'] });
    expect(readLeaf(leaf.pem + ca.pem).domains).toEqual(['a.example']);
  });

  it('refuses a certificate that is cut off', async () => {
    const leaf = await makeLeaf(ca, { domains: ['a.example'] });
    const cut = leaf.pem.replace(/[\s\S]{200}-----END/, '-----END');
    expect(() => readLeaf(cut)).toThrow(expect.objectContaining({ code: 'certificate-unreadable' }));
  });
});

describe('parseKey', () => {
  it('never quotes a key that it cannot parse', () => {
    expect(() => parseKey('SECRET')).toThrow('The private key cannot be parsed.');
  });
});

describe('splitChain', () => {
  it('gives canonical PEM whatever the line ends and columns were', async () => {
    const leaf = await makeLeaf(ca, { domains: ['a.example'] });
    const body = leaf.pem.replaceAll(/-----[A-Z ]+-----|\s/g, '');
    const wild = `\r\n-----BEGIN CERTIFICATE-----\r\n${body}\r\n-----END CERTIFICATE-----\r\n\r\n${ca.pem}`;
    const [first, second] = splitChain(wild);
    expect(first).toMatch(/^-----BEGIN CERTIFICATE-----\n([\w+/=]{1,64}\n)+-----END CERTIFICATE-----\n$/);
    expect(first.split('\n')[1]).toHaveLength(64);
    expect(second && new X509Certificate(second).raw).toEqual(new X509Certificate(ca.pem).raw);
  });

  it('refuses a private key among the certificates', async () => {
    const leaf = await makeLeaf(ca, { domains: ['a.example'] });
    expect(() => splitChain(leaf.pem + leaf.keyPem)).toThrow('holds a PRIVATE KEY');
  });

  it.each([
    ['nothing', '', 'holds no certificate'],
    ['HTML', '<html>hello</html>', 'holds no certificate'],
    [
      'an empty block',
      '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
      'holds a block of 0 bytes',
    ],
  ])('refuses %s', (_, text, message) => {
    expect(() => splitChain(text)).toThrow(message);
  });

  it('refuses text beside the certificates and too many of them', () => {
    expect(() => splitChain(`${ca.pem}hello`)).toThrow('text outside');
    expect(() => splitChain(ca.pem.repeat(17))).toThrow('more than 16');
  });
});
