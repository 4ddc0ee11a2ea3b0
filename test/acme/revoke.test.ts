import { describe, expect, it } from 'vitest';
import type { RevocationReason } from '../../src/core/revoke/revocation-reason.ts';
import { derOf } from '../../src/x509/pem.ts';
import type { Behaviour } from '../support/fake-ca-behaviour.ts';
import { makeCa, makeLeaf } from '../support/make-cert.ts';
import { openBench } from './harness.ts';

/** A certificate of some CA: the fake one asks nobody where it comes from. */
const leaf = makeLeaf(await makeCa('revoke test'), { domains: ['a.example'] });

async function openRoom(behaviour: Partial<Behaviour> = {}, account: 'registered' | 'none' = 'registered') {
  const bench = await openBench(behaviour);
  if (account === 'registered') await bench.order('a.example');
  const { pem, keyPem } = await leaf;
  const certificate = Buffer.from(derOf(pem)).toString('base64url');
  const revoke = (reason: RevocationReason = 'keyCompromise', signal = bench.signal) =>
    bench.issuer.revoke({ certificatePem: pem, keyPem, reason }, signal);
  return { ...bench, certificate, revoke };
}

const refuses = (name: string) => (by: string) => (by === 'account' ? { name, detail: 'the reason' } : null);

describe('a revocation', () => {
  it.each<[RevocationReason, object]>([
    ['unspecified', {}],
    ['keyCompromise', { reason: 1 }],
    ['affiliationChanged', { reason: 3 }],
    ['superseded', { reason: 4 }],
    ['cessationOfOperation', { reason: 5 }],
  ])('for %s is signed by the account', async (reason, more) => {
    const { ca, certificate, revoke } = await openRoom();
    expect(await revoke(reason)).toBe('account');
    expect(ca.revocations).toEqual([{ by: 'account', payload: { certificate, ...more } }]);
  });

  it('is one request, counted as such', async () => {
    const { requests, revoke } = await openRoom();
    requests.length = 0;
    await revoke();
    expect(requests).toEqual(['revocation']);
  });

  it('that was made before is done', async () => {
    const { revoke } = await openRoom({ revoke: () => ({ name: 'alreadyRevoked', detail: 'long ago' }) });
    expect(await revoke()).toBe('account');
  });

  it.each(['unauthorized', 'accountDoesNotExist', 'userActionRequired'])(
    'whose account is refused with %s is signed by the certificate’s own key',
    async name => {
      const { ca, certificate, revoke } = await openRoom({ revoke: refuses(name) });
      expect(await revoke('superseded')).toBe('certificate');
      expect(ca.revocations).toEqual([{ by: 'certificate', payload: { certificate, reason: 4 } }]);
    },
  );

  it('without an account is signed by the certificate’s own key, and makes none', async () => {
    const { ca, store, revoke } = await openRoom({}, 'none');
    expect(await revoke()).toBe('certificate');
    expect(ca.accounts).toEqual([]);
    expect(store.steps).toEqual([]);
  });

  it('that both keys are refused is refused', async () => {
    const { ca, revoke } = await openRoom({ revoke: () => ({ name: 'unauthorized', detail: 'not yours' }) });
    await expect(revoke()).rejects.toMatchObject({
      code: 'ca-refused',
      message: 'The CA refused to revoke the certificate: not yours (unauthorized)',
    });
    expect(ca.log.filter(line => line === 'POST revoke')).toHaveLength(2);
  });

  it('that the CA refuses for what it says is not tried with another key', async () => {
    const { ca, revoke } = await openRoom({ revoke: refuses('badRevocationReason') });
    await expect(revoke()).rejects.toMatchObject({ code: 'ca-refused' });
    expect(ca.log.filter(line => line === 'POST revoke')).toHaveLength(1);
  });

  it('whose answer is lost is asked again, and done then', async () => {
    let lost = 0;
    const { revoke, ca } = await openRoom({
      dropAnswer: resource => resource === 'revoke' && lost++ === 0,
      revoke: () => (lost === 0 ? null : { name: 'alreadyRevoked', detail: 'a moment ago' }),
    });
    expect(await revoke()).toBe('account');
    expect(new Set(ca.bodies).size).toBe(ca.bodies.length);
  });

  it('while the CA is down says so', async () => {
    const { revoke } = await openRoom({
      intercept: resource => (resource === 'revoke' ? { status: 503, body: 'maintenance' } : null),
    });
    await expect(revoke()).rejects.toMatchObject({ code: 'ca-error' });
  });

  it('is refused where the CA’s directory has no place for it', async () => {
    const bench = await openBench();
    const { revokeCert, ...directory } = bench.ca.behaviour.directory as Record<string, unknown>;
    expect(revokeCert).toBeDefined();
    bench.ca.behaviour.directory = directory;
    const { pem, keyPem } = await leaf;
    const request = { certificatePem: pem, keyPem, reason: 'unspecified' } as const;
    await expect(bench.issuer.revoke(request, bench.signal)).rejects.toMatchObject({ code: 'ca-refused' });
  });
});
