import { describe, expect, it } from 'vitest';
import type { Canned } from '../support/fake-ca-behaviour.ts';
import { openBench } from './harness.ts';

describe('the account', () => {
  it('is stored key first, then URL, and only then used', async () => {
    const bench = await openBench();
    const seen: string[] = [];
    bench.ca.behaviour.intercept = resource => {
      seen.push(`${resource} after ${bench.store.steps.join('+') || 'nothing'}`);
      return null;
    };
    await bench.order('a.example');
    expect(seen).toEqual([
      'dir after key',
      'nonce after key',
      'new-account after key',
      'new-order after key+url',
    ]);
    expect(bench.ca.accounts[0]?.payload).toEqual({
      termsOfServiceAgreed: true,
      contact: ['mailto:ops@example.com'],
    });
  });

  it('sends no contact without an email address', async () => {
    const bench = await openBench({}, { email: null });
    await bench.order('a.example');
    expect(bench.ca.accounts[0]?.payload).toEqual({ termsOfServiceAgreed: true });
  });

  it('is found again by its key when the URL was never stored', async () => {
    const bench = await openBench();
    await bench.order('a.example');
    const registration = bench.store.registration;
    bench.store.registration = null;
    const issuer = await bench.reopen();
    await issuer.order({ domains: ['a.example'], replaces: null, profile: null }, bench.signal);
    expect(bench.store.registration).toEqual(registration);
    expect(bench.store.steps).toEqual(['key', 'url', 'url']);
    expect(bench.ca.accounts).toHaveLength(1);
  });

  it('is not registered again after a restart', async () => {
    const bench = await openBench();
    await bench.order('a.example');
    const issuer = await bench.reopen();
    bench.requests.length = 0;
    await issuer.order({ domains: ['a.example'], replaces: null, profile: null }, bench.signal);
    expect(bench.requests).toEqual(['directory', 'nonce', 'order']);
  });

  it('is registered once when many orders come at once', async () => {
    const bench = await openBench();
    await Promise.all(['a.example', 'b.example', 'c.example'].map(domain => bench.order(domain)));
    expect(bench.requests.filter(kind => kind === 'account')).toHaveLength(1);
    expect(bench.store.steps).toEqual(['key', 'url']);
  });

  it('is entered once by two authorities with one directory, also at once', async () => {
    const bench = await openBench();
    const other = await bench.reopen();
    const order = (issuer: typeof other, domain: string) =>
      issuer.order({ domains: [domain], replaces: null, profile: null }, bench.signal);
    await Promise.all([order(bench.issuer, 'a.example'), order(other, 'b.example')]);
    expect(bench.store.steps).toEqual(['key', 'url']);
    expect(bench.ca.accounts).toHaveLength(1);
  });

  it('is tried again by the next order after a failure, with the same key', async () => {
    const bench = await openBench({
      intercept: (resource, count) => (resource === 'new-account' && count === 1 ? { status: 500 } : null),
    });
    // Both share the first entry, and what became of it.
    const both = await Promise.allSettled([bench.order('a.example'), bench.order('b.example')]);
    expect(both.map(each => each.status)).toEqual(['rejected', 'rejected']);
    expect(bench.requests.filter(kind => kind === 'account')).toHaveLength(1);
    await bench.order('c.example');
    expect(bench.store.steps).toEqual(['key', 'url']);
  });

  it('is asked for by nobody before the moment that the CA has named, under no configuration', async () => {
    const bench = await openBench({
      intercept: (resource, count) =>
        resource === 'new-account' && count === 1 ? { status: 503, headers: { 'retry-after': '600' } } : null,
    });
    const noon = bench.clock.at;
    const refusal = { code: 'ca-error', notBefore: noon + 600_000 };
    await expect(bench.order('a.example')).rejects.toMatchObject(refusal);
    const other = await bench.reopen();
    bench.clock.at = noon + 599_999;
    await expect(other.account(bench.signal)).rejects.toMatchObject(refusal);
    expect(bench.requests.filter(kind => kind === 'account')).toHaveLength(1);
    bench.clock.at = noon + 600_000;
    await other.account(bench.signal);
    expect(bench.store.steps).toEqual(['key', 'url']);
  });

  it('is refused without agreement to the terms, and it says where they are', async () => {
    const bench = await openBench({}, { agreeTos: false });
    await expect(bench.order('a.example')).rejects.toMatchObject({
      code: 'account-refused',
      problemType: 'urn:ietf:params:acme:error:userActionRequired',
      message: `The CA refused the account: agree first (userActionRequired) The terms are at ${bench.ca.directoryUrl.replace('/dir', '/terms')}`,
    });
  });

  it('that must agree to new terms is refused with the place where a person does', async () => {
    const bench = await openBench();
    await bench.order('a.example');
    bench.ca.behaviour.intercept = resource =>
      resource !== 'new-order'
        ? null
        : {
            status: 403,
            headers: { link: '<https://ca.test/terms-2>; rel="terms-of-service"' },
            body: JSON.stringify({
              type: 'urn:ietf:params:acme:error:userActionRequired',
              detail: 'the terms have changed',
              instance: 'https://ca.test/agree/7',
            }),
          };
    await expect(bench.order('a.example')).rejects.toMatchObject({
      code: 'account-refused',
      retry: 'daily',
      message:
        'The CA refused the order: the terms have changed (userActionRequired) See https://ca.test/agree/7 The terms are at https://ca.test/terms-2',
    });
  });

  it('is ca-malformed when the CA gives it no URL', async () => {
    const bench = await openBench({
      intercept: resource =>
        resource === 'new-account' ? { status: 201, body: '{"status":"valid"}' } : null,
    });
    await expect(bench.order('a.example')).rejects.toMatchObject({ code: 'ca-malformed' });
  });

  it('is registered once more, with its key, when the CA has forgotten it', async () => {
    const bench = await openBench();
    await bench.order('a.example');
    const { registration } = bench.store;
    const gone = { email: 'ops@example.com', leaving: false };
    bench.store.registration = { ...gone, url: bench.ca.directoryUrl.replace('/dir', '/account/99') };
    const issuer = await bench.reopen();
    bench.requests.length = 0;
    const order = (domain: string) =>
      issuer.order({ domains: [domain], replaces: null, profile: null }, bench.signal);
    const placed = await Promise.all([order('a.example'), order('b.example')]);
    expect(placed.map(({ account }) => account)).toEqual([registration?.url, registration?.url]);
    expect(bench.requests.filter(kind => kind === 'account')).toHaveLength(1);
    expect(bench.requests.filter(kind => kind === 'order')).toHaveLength(4);
    expect(bench.store.steps).toEqual(['key', 'url', 'url']);
    expect(bench.store.registration).toEqual(registration);
    bench.requests.length = 0;
    await order('c.example');
    expect(bench.requests).toEqual(['order']);
  });

  it('is registered once more while certd runs, and the order goes on', async () => {
    const bench = await openBench();
    const orderUrl = await bench.order('a.example');
    bench.ca.accounts.length = 0;
    expect(await bench.complete(orderUrl, ['a.example'])).toContain('BEGIN CERTIFICATE');
    expect(bench.ca.accounts).toHaveLength(1);
    expect(bench.store.steps).toEqual(['key', 'url', 'url']);
  });

  it('is refused when the CA knows it at newAccount and nowhere else', async () => {
    const bench = await openBench({
      intercept: resource => (resource === 'new-order' ? forgotten : null),
    });
    await expect(bench.order('a.example')).rejects.toMatchObject({
      code: 'account-refused',
      problemType: 'urn:ietf:params:acme:error:accountDoesNotExist',
    });
    expect(bench.requests).toEqual(['directory', 'nonce', 'account', 'order', 'account', 'order']);
  });
});

const forgotten: Canned = {
  status: 400,
  body: '{"type":"urn:ietf:params:acme:error:accountDoesNotExist","detail":"who?"}',
};
