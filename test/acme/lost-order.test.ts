import { describe, expect, it } from 'vitest';
import { generateKey } from '../../src/x509/keys.ts';
import { createRequest } from '../../src/x509/request.ts';
import type { Canned, Resource } from '../support/fake-ca-behaviour.ts';
import { openBench } from './harness.ts';

const html = { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>404</h1>' };

function problem(status: number, name: string): Canned {
  const body = JSON.stringify({ type: `urn:ietf:params:acme:error:${name}`, detail: 'the reason' });
  return { status, headers: { 'content-type': 'application/problem+json' }, body };
}

/** Takes up a pending order after a restart, with one resource answering otherwise. */
async function takeUp(at: Resource, reply: Canned) {
  const bench = await openBench();
  const orderUrl = await bench.order('a.example');
  const csr = await createRequest(await generateKey('ecdsa-p256'), ['a.example']);
  const issuer = await bench.reopen();
  bench.ca.behaviour.intercept = resource => (resource === at ? reply : null);
  return issuer.complete(
    { orderUrl, placedAt: null, domains: ['a.example'], csr, solver: bench.solver },
    bench.signal,
  );
}

describe('an order under way', () => {
  it.each<[string, Resource, Canned]>([
    ['has forgotten', 'order', problem(404, 'malformed')],
    ['answers for without a word', 'order', { status: 404 }],
    ['gives to another account', 'order', problem(403, 'unauthorized')],
    ['calls malformed', 'order', problem(400, 'malformed')],
    ['has forgotten an authorization of', 'authz', problem(404, 'malformed')],
  ])('is gone that the CA %s', async (_, resource, reply) => {
    await expect(takeUp(resource, reply)).rejects.toMatchObject({ code: 'order-gone' });
  });

  it.each<[string, Resource, Canned, string]>([
    ['the order by a proxy', 'order', html, 'ca-malformed'],
    [
      'the order by a JSON of something else',
      'order',
      { status: 404, body: '{"error":"?"}' },
      'ca-malformed',
    ],
    ['an authorization by a proxy', 'authz', html, 'ca-malformed'],
    ['the directory by a proxy', 'dir', html, 'ca-malformed'],
    ['the directory', 'dir', problem(404, 'malformed'), 'ca-malformed'],
    ['a nonce by a proxy', 'nonce', html, 'ca-malformed'],
    ['a nonce', 'nonce', problem(400, 'malformed'), 'ca-malformed'],
    ['the challenge', 'challenge', problem(404, 'malformed'), 'ca-error'],
    ['the request to finalize', 'finalize', problem(404, 'malformed'), 'ca-error'],
    ['the request to finalize by a proxy', 'finalize', html, 'ca-malformed'],
  ])('is kept when the CA refuses %s', async (_, resource, reply, code) => {
    await expect(takeUp(resource, reply)).rejects.toMatchObject({ code });
  });

  it('is kept when a CA without nonces on its answers has nothing to say', async () => {
    const bench = await openBench({ sendNonces: false });
    const orderUrl = await bench.order('a.example');
    bench.ca.behaviour.intercept = resource => (resource === 'order' ? { status: 404 } : null);
    const issuer = await bench.reopen();
    const request = {
      orderUrl,
      placedAt: null,
      domains: ['a.example'],
      csr: new Uint8Array(),
      solver: bench.solver,
    };
    await expect(issuer.complete(request, bench.signal)).rejects.toMatchObject({ code: 'ca-malformed' });
  });
});

describe('the certificate of a valid order', () => {
  it('is waited for where a replica of the CA has not seen it yet', async () => {
    const bench = await openBench({
      intercept: (resource, count) => {
        if (resource !== 'cert' || count > 3) return null;
        return count === 2 ? html : problem(404, 'malformed');
      },
    });
    expect(await bench.issue('a.example')).toContain('BEGIN CERTIFICATE');
    expect(bench.clock.sleeps).toEqual([50, 50, 50, 100, 200]);
  });

  it.each([
    ['a problem', problem(404, 'malformed')],
    ['the page of a proxy', html],
  ])('is a ca-error that keeps the order when %s is all there is within issue_timeout', async (_, reply) => {
    const bench = await openBench({ intercept: resource => (resource === 'cert' ? reply : null) });
    const start = bench.clock.now();
    await expect(bench.issue('a.example')).rejects.toMatchObject({
      code: 'ca-error',
      facts: { status: 404 },
    });
    expect(bench.clock.now() - start).toBeGreaterThan(590_000);
    expect(bench.clock.now() - start).toBeLessThanOrEqual(600_000);
  });

  it('is given up with an order that has expired', async () => {
    const bench = await openBench();
    const orderUrl = await bench.order('a.example');
    const [base] = orderUrl.split('/order/');
    const order = {
      status: 'valid',
      authorizations: [],
      finalize: `${base}/finalize/0`,
      certificate: `${base}/cert/7`,
      expires: '2026-11-21T12:00:30Z',
    };
    bench.ca.behaviour.intercept = resource =>
      resource === 'order' ? { status: 200, body: JSON.stringify(order) } : null;
    const issuer = await bench.reopenAt({ issueTimeoutMs: 25_000 });
    const attempt = () =>
      issuer.complete(
        { orderUrl, placedAt: null, domains: ['a.example'], csr: new Uint8Array(), solver: bench.solver },
        bench.signal,
      );
    await expect(attempt()).rejects.toMatchObject({ code: 'ca-error' });
    await expect(attempt()).rejects.toMatchObject({ code: 'order-gone' });
  });
});
