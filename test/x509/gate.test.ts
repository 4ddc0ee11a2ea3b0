import { beforeAll, describe, expect, it } from 'vitest';
import { gateReasons } from '../../src/x509/gate.ts';
import { generateKey } from '../../src/x509/keys.ts';
import { makeCa, makeLeaf, type TestCa } from '../support/make-cert.ts';

let root: TestCa;
let intermediate: TestCa;
let leaf: { pem: string; keyPem: string };

const notBefore = new Date('2026-06-01T00:00:00Z');
const notAfter = new Date('2026-08-30T00:00:00Z');

beforeAll(async () => {
  root = await makeCa('gate root', undefined, { notAfter: new Date('2036-01-01T00:00:00Z') });
  intermediate = await makeCa('gate intermediate', root, { notAfter: new Date('2036-01-01T00:00:00Z') });
  leaf = await makeLeaf(intermediate, { domains: ['example.com', '*.example.com'], notBefore, notAfter });
});

function check(change: Partial<Parameters<typeof gateReasons>[0]> = {}): readonly string[] {
  return gateReasons({
    fullchainPem: leaf.pem + intermediate.pem,
    keyPem: leaf.keyPem,
    domains: ['example.com'],
    keyType: 'ecdsa-p256',
    now: Date.now() + 1000,
    ...change,
  });
}

const within = (pem: string) => ({ fullchainPem: pem, now: Date.parse('2026-07-01T00:00:00Z') });

describe('gateReasons', () => {
  it('lets a fitting set pass', () => {
    expect(check(within(leaf.pem))).toEqual([]);
  });

  it('refuses a key of another certificate', async () => {
    const keyPem = await generateKey('ecdsa-p256');
    expect(check({ keyPem, ...within(leaf.pem) })).toEqual(['the private key does not belong to the leaf']);
  });

  it('refuses another key type', () => {
    expect(check({ keyType: 'rsa-2048', ...within(leaf.pem) })).toEqual([
      'the key type is ecdsa-p256, not rsa-2048',
    ]);
  });

  it('takes an address by its own entry alone', async () => {
    const own = await makeLeaf(intermediate, { domains: ['192.0.2.1', '2001:db8::1'], notBefore, notAfter });
    const set = { ...within(own.pem), keyPem: own.keyPem };
    expect(check({ ...set, domains: ['2001:db8::1', '192.0.2.1'] })).toEqual([]);
    expect(check({ ...set, domains: ['2001:db8::2', '192.0.2.1'] })).toEqual([
      'the leaf does not name 2001:db8::2',
    ]);
  });

  it('names each domain that the leaf does not name, whatever a wildcard in it stands for', () => {
    const domains = ['example.com', 'www.example.com', 'example.org'];
    expect(check({ domains, ...within(leaf.pem) })).toEqual([
      'the leaf does not name www.example.com, example.org',
    ]);
  });

  it('refuses a leaf from its last second on', () => {
    const at = (now: number) => check({ fullchainPem: leaf.pem, now });
    expect(at(notAfter.getTime() - 1)).toEqual([]);
    expect(at(notAfter.getTime())).toEqual(['the leaf expired on 2026-08-30T00:00:00.000Z']);
  });

  it('bears a clock that is an hour behind, not more', () => {
    const at = (now: number) => check({ fullchainPem: leaf.pem, now });
    expect(at(notBefore.getTime() - 3_600_000)).toEqual([]);
    expect(at(notBefore.getTime() - 3_600_001)).toEqual([
      'the leaf is not valid before 2026-06-01T00:00:00.000Z',
    ]);
  });

  it('refuses a chain whose links do not sign one another', async () => {
    const fresh = await makeLeaf(intermediate, { domains: ['example.com'] });
    const stranger = await makeCa('gate intermediate', root);
    const set = { keyPem: fresh.keyPem };
    expect(check({ ...set, fullchainPem: fresh.pem + intermediate.pem + root.pem })).toEqual([]);
    expect(check({ ...set, fullchainPem: fresh.pem + root.pem + intermediate.pem })).toEqual([
      'the leaf is not signed by the certificate that follows it',
      'chain certificate 1 is not signed by the certificate that follows it',
    ]);
    expect(check({ ...set, fullchainPem: fresh.pem + stranger.pem })).toEqual([
      'the leaf is not signed by the certificate that follows it',
    ]);
  });

  it('needs both the name and the signature of the issuer to fit', async () => {
    const bare = await makeLeaf(intermediate, { domains: ['example.com'], withoutAki: true });
    const set = { keyPem: bare.keyPem };
    const reasons = ['the leaf is not signed by the certificate that follows it'];
    const sameName = await makeCa('gate intermediate', root);
    expect(check({ ...set, fullchainPem: bare.pem + sameName.pem })).toEqual(reasons);
    const sameKey = await makeCa('gate other name', root, { keyPem: intermediate.keyPem });
    expect(check({ ...set, fullchainPem: bare.pem + sameKey.pem })).toEqual(reasons);
  });

  it('refuses an expired intermediate', async () => {
    const old = await makeCa('gate old', root, { notAfter: new Date(Date.now() + 2000) });
    const fresh = await makeLeaf(old, { domains: ['example.com'] });
    const reasons = check({
      fullchainPem: fresh.pem + old.pem,
      keyPem: fresh.keyPem,
      now: Date.now() + 10_000,
    });
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(/^chain certificate 1 expired on /);
  });

  it('refuses a CA certificate in the place of the leaf', async () => {
    const odd = await makeLeaf(intermediate, { domains: ['example.com'], isCa: true });
    expect(check({ fullchainPem: odd.pem, keyPem: odd.keyPem })).toEqual(['the leaf is a CA certificate']);
  });
});
