import { describe, expect, it } from 'vitest';
import { generateKey } from '../../src/x509/keys.ts';
import { openBench } from './harness.ts';

describe('a look at a CA', () => {
  it('without an account reads the directory, and makes none', async () => {
    const { ca, issuer, store, signal } = await openBench();
    expect(await issuer.check(signal)).toBe(false);
    expect(ca.log).toEqual(['GET dir']);
    expect(store.steps).toEqual([]);
  });

  it('with an account asks about it, and changes nothing', async () => {
    const { ca, issuer, order, signal } = await openBench();
    await order('a.example');
    ca.log.length = 0;
    expect(await issuer.check(signal)).toBe(true);
    expect(ca.log).toEqual(['POST account']);
    expect(ca.orders).toHaveLength(1);
  });

  it('says that the account is deactivated', async () => {
    const { ca, issuer, order, store, signal } = await openBench();
    await order('a.example');
    const body = JSON.stringify({ status: 'deactivated' });
    const headers = { 'content-type': 'application/json' };
    ca.behaviour.intercept = resource => (resource === 'account' ? { status: 200, headers, body } : null);
    await expect(issuer.check(signal)).rejects.toMatchObject({
      code: 'account-refused',
      message: `The CA has the account ${store.registration?.url} as deactivated.`,
    });
  });

  it('says what the CA says of an account that it does not know, and makes no other', async () => {
    const { ca, issuer, order, signal } = await openBench();
    await order('a.example');
    ca.accounts.length = 0;
    ca.log.length = 0;
    await expect(issuer.check(signal)).rejects.toMatchObject({ code: 'account-refused' });
    expect(ca.log).toEqual(['POST account']);
  });

  it('asks with the next key where a rollover was cut short and the CA has that one', async () => {
    const { ca, issuer, order, store, signal } = await openBench();
    await order('a.example');
    const [before, after] = [store.keyPem ?? '', await generateKey('ecdsa-p256')];
    Object.assign(store, { keyPem: after, nextKeyPem: before });
    const steps = [...store.steps];
    ca.log.length = 0;
    expect(await issuer.check(signal)).toBe(true);
    expect(ca.log.filter(line => line === 'POST account')).toHaveLength(2);
    expect(store.steps).toEqual(steps);
  });

  it('says that the CA is down', async () => {
    const { issuer, signal } = await openBench({ intercept: () => ({ status: 503, body: 'maintenance' }) });
    await expect(issuer.check(signal)).rejects.toMatchObject({ code: 'ca-error' });
  });
});
