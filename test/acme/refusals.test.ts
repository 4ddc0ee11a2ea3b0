import { describe, expect, it } from 'vitest';
import { generateKey } from '../../src/x509/keys.ts';
import { createRequest } from '../../src/x509/request.ts';
import type { Behaviour, Canned } from '../support/fake-ca-behaviour.ts';
import { openBench } from './harness.ts';

const noon = Date.parse('2026-11-21T12:00:00Z');

function problem(status: number, name: string, more: object = {}, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ type: `urn:ietf:params:acme:error:${name}`, detail: 'the reason', ...more });
  return { status, headers: { 'content-type': 'application/problem+json', ...headers }, body };
}

async function orderAgainst(reply: Exclude<Canned, string>) {
  const bench = await openBench({ intercept: resource => (resource === 'new-order' ? reply : null) });
  return bench.order('a.example', 'b.example');
}

describe('a refused order', () => {
  it.each([
    ['rejectedIdentifier', 400, 'identifier-rejected'],
    ['unsupportedIdentifier', 400, 'identifier-rejected'],
    ['caa', 403, 'caa-forbids'],
    ['badPublicKey', 400, 'csr-refused'],
    ['accountDoesNotExist', 400, 'account-refused'],
    ['unauthorized', 403, 'account-refused'],
    ['userActionRequired', 403, 'account-refused'],
    ['externalAccountRequired', 403, 'account-refused'],
    ['serverInternal', 500, 'ca-error'],
    ['badNonce', 400, 'ca-error'],
    ['somethingNew', 400, 'ca-refused'],
  ])('with %s (%d) is %s', async (name, status, code) => {
    await expect(orderAgainst(problem(status, name))).rejects.toMatchObject({
      code,
      problemType: `urn:ietf:params:acme:error:${name}`,
      message: expect.stringContaining('the reason'),
      notBefore: null,
    });
  });

  it.each([
    ['no Retry-After', {}, noon + 3_600_000],
    ['seconds', { 'retry-after': '7200' }, noon + 7_200_000],
    ['a date', { 'retry-after': 'Sat, 21 Nov 2026 12:30:00 GMT' }, noon + 1_800_000],
    ['no second', { 'retry-after': '0' }, noon + 3_600_000],
    ['a past date', { 'retry-after': 'Sat, 21 Nov 2026 11:59:59 GMT' }, noon + 3_600_000],
    ['a year', { 'retry-after': '31536000' }, noon + 7 * 86_400_000],
  ])('waits out a rate limit with %s', async (_, headers, notBefore) => {
    await expect(orderAgainst(problem(429, 'rateLimited', {}, headers))).rejects.toMatchObject({
      code: 'rate-limited',
      notBefore,
    });
  });

  it('is a ca-error with the moment of Retry-After when the CA is down', async () => {
    const down = { status: 503, headers: { 'retry-after': '60' }, body: '<html>maintenance</html>' };
    await expect(orderAgainst(down)).rejects.toMatchObject({ code: 'ca-error', notBefore: noon + 60_000 });
  });

  it('is left to the back-off when a CA that is down asks for no wait', async () => {
    const down = { status: 503, headers: { 'retry-after': '0' }, body: '' };
    await expect(orderAgainst(down)).rejects.toMatchObject({ code: 'ca-error', notBefore: null });
  });

  it('names the domain of each subproblem', async () => {
    const subproblems = [
      {
        type: 'urn:ietf:params:acme:error:rejectedIdentifier',
        detail: 'a bank',
        identifier: { type: 'dns', value: 'b.example' },
      },
    ];
    await expect(orderAgainst(problem(400, 'compound', { subproblems }))).rejects.toMatchObject({
      code: 'identifier-rejected',
      message: 'The CA refused the order: the reason (compound); b.example: a bank (rejectedIdentifier)',
    });
  });

  it('shows the CA’s words without control characters, and not all of a long speech', async () => {
    const detail = `red \u001b[31malert\r\n\u202eback${'x'.repeat(2000)}`;
    const error = await orderAgainst(problem(400, 'weird', { detail })).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'ca-refused' });
    expect(String(error)).toContain('red [31malert back');
    expect(String(error).length).toBeLessThan(560);
  });

  it.each([
    ['HTML', { status: 200, body: '<html>Welcome to our WiFi</html>' }],
    ['HTML with an error', { status: 403, body: '<html>blocked</html>' }],
    [
      'broken JSON',
      { status: 201, headers: { location: 'https://127.0.0.1/order/1' }, body: '{"status": "pend' },
    ],
    ['a list', { status: 201, headers: { location: 'https://127.0.0.1/order/1' }, body: '[]' }],
    [
      'no location',
      { status: 201, body: '{"status":"pending","authorizations":[],"finalize":"https://x/"}' },
    ],
    [
      'a location that is not https',
      {
        status: 201,
        headers: { location: 'http://127.0.0.1/order/1' },
        body: '{"status":"pending","authorizations":[],"finalize":"https://x/"}',
      },
    ],
    [
      'an unknown status',
      {
        status: 201,
        headers: { location: 'https://127.0.0.1/order/1' },
        body: '{"status":"maybe","authorizations":[],"finalize":"https://x/"}',
      },
    ],
    ['a redirect', { status: 307, headers: { location: '/elsewhere' }, body: '' }],
  ])('is ca-malformed when the CA answers %s', async (_, reply) => {
    await expect(orderAgainst(reply)).rejects.toMatchObject({
      code: 'ca-malformed',
    });
  });
});

describe('replaces', () => {
  it.each([
    ['alreadyReplaced', 409],
    ['malformed', 404],
    ['unauthorized', 403],
    ['serverInternal', 500],
  ])('is left out after %s', async (name, status) => {
    const bench = await openBench({
      intercept: (resource, count) =>
        resource === 'new-order' && count === 1 ? problem(status, name) : null,
    });
    await bench.issuer.order({ domains: ['a.example'], replaces: 'aki.serial', profile: null }, bench.signal);
    expect(bench.ca.orders).toEqual([{ identifiers: [{ type: 'dns', value: 'a.example' }] }]);
    expect(bench.requests.filter(kind => kind === 'order')).toHaveLength(2);
  });

  it('is not blamed for a nonce that the CA refuses', async () => {
    const bench = await openBench({
      sendNonces: false,
      intercept: (resource, count) =>
        resource === 'nonce' && count === 2 ? problem(500, 'malformed') : null,
    });
    const attempt = bench.issuer.order(
      { domains: ['a.example'], replaces: 'aki.serial', profile: null },
      bench.signal,
    );
    await expect(attempt).rejects.toMatchObject({ code: 'ca-error' });
    expect(bench.requests).toEqual(['directory', 'nonce', 'account', 'nonce']);
  });

  it('is sent to a CA with renewal information', async () => {
    const bench = await openBench();
    await bench.issuer.order({ domains: ['a.example'], replaces: 'aki.serial', profile: null }, bench.signal);
    expect(bench.ca.orders[0]).toMatchObject({ replaces: 'aki.serial' });
  });

  it('is not sent to a CA without', async () => {
    const bench = await openBench();
    delete bench.ca.behaviour.directory['renewalInfo'];
    await bench.issuer.order({ domains: ['a.example'], replaces: 'aki.serial', profile: null }, bench.signal);
    expect(bench.ca.orders[0]).not.toHaveProperty('replaces');
  });

  it('does not hide a refused domain', async () => {
    const bench = await openBench({
      intercept: resource => (resource === 'new-order' ? problem(400, 'rejectedIdentifier') : null),
    });
    const attempt = bench.issuer.order(
      { domains: ['a.example'], replaces: 'aki.serial', profile: null },
      bench.signal,
    );
    await expect(attempt).rejects.toMatchObject({ code: 'identifier-rejected' });
    expect(bench.requests.filter(kind => kind === 'order')).toHaveLength(1);
  });
});

/** Answers the first look at an authorization with one for `value`. */
function authorizationFor(value: string, status = 'pending'): Behaviour['intercept'] {
  const challenge = { type: 'http-01', url: 'https://127.0.0.1/', token: 'token', status: 'processing' };
  const body = JSON.stringify({ identifier: { type: 'dns', value }, status, challenges: [challenge] });
  return (resource, count) => (resource === 'authz' && count === 1 ? { status: 200, body } : null);
}

describe('a failed validation', () => {
  it('tells what the CA saw, by domain, and cleans up', async () => {
    const bench = await openBench({
      validate: domain => (domain === 'b.example' ? { name: 'connection', detail: 'refused' } : null),
    });
    await expect(bench.issue('a.example', 'b.example')).rejects.toMatchObject({
      code: 'validation-failed',
      message: 'b.example: refused (connection)',
      problemType: 'urn:ietf:params:acme:error:connection',
    });
    expect(bench.solver.present_.size).toBe(0);
  });

  it.each([
    ['caa', 'caa-forbids'],
    ['rejectedIdentifier', 'identifier-rejected'],
    ['dns', 'validation-failed'],
    ['unauthorized', 'validation-failed'],
    ['incorrectResponse', 'validation-failed'],
    ['tls', 'validation-failed'],
  ])('for %s is %s', async (name, code) => {
    const bench = await openBench({ validate: () => ({ name, detail: 'no' }) });
    await expect(bench.issue('a.example')).rejects.toMatchObject({ code });
  });

  it('is challenge-missing without HTTP-01', async () => {
    const bench = await openBench({ challengeTypes: ['dns-01'] });
    await expect(bench.issue('a.example')).rejects.toMatchObject({ code: 'challenge-missing' });
  });

  it.each(['../../etc/passwd', 'a b', '', 'x'.repeat(201), 'päss'])('refuses the token %j', async token => {
    const bench = await openBench({ token: () => token });
    await expect(bench.issue('a.example')).rejects.toMatchObject({ code: 'ca-malformed' });
    expect(bench.solver.steps).toEqual([]);
  });

  it.each([
    ['another name', 'a b/../c'],
    ['a name that ends like it', 'evil.a.example'],
    ['its Unicode form', 'bücher.example'],
  ])('hands no solver %s, whatever the CA says', async (_, value) => {
    const bench = await openBench({ intercept: authorizationFor(value) });
    await expect(bench.issue('a.example', 'xn--bcher-kva.example')).rejects.toMatchObject({
      code: 'ca-malformed',
      message: `The CA wants ${value} authorized, which certd did not ask for.`,
    });
    expect(bench.solver.steps).toEqual([]);
  });

  it('hands the solver its own spelling of the domain', async () => {
    const bench = await openBench({ intercept: authorizationFor('XN--Bcher-KVA.example') });
    await expect(bench.issue('xn--bcher-kva.example')).rejects.toMatchObject({ code: 'issue-timeout' });
    expect(bench.solver.steps).toEqual(['present xn--bcher-kva.example', 'clean xn--bcher-kva.example']);
  });

  it('skips an authorization for another name that is valid', async () => {
    const bench = await openBench({ intercept: authorizationFor('example', 'valid') });
    await expect(bench.issue('a.example')).rejects.toMatchObject({ code: 'issue-timeout' });
    expect(bench.solver.steps).toEqual([]);
  });

  it('gives up an order of before whose certificate request cannot be read any more', async () => {
    const bench = await openBench();
    const request = {
      orderUrl: await bench.order('a.example'),
      placedAt: null,
      domains: ['a.example'],
      csr: new Uint8Array(),
      solver: bench.solver,
    };
    const issuer = await bench.reopen();
    await expect(issuer.complete(request, bench.signal)).rejects.toMatchObject({
      code: 'certificate-unreadable',
    });
  });

  it('cleans up after a solver that fails half-way', async () => {
    const bench = await openBench();
    const cleaned: string[] = [];
    const solver = {
      present: () => Promise.reject(new Error('no space')),
      cleanUp: async (token: string) => void cleaned.push(token),
    };
    const orderUrl = await bench.order('a.example');
    const csr = await createRequest(await generateKey('ecdsa-p256'), ['a.example']);
    const attempt = bench.issuer.complete(
      { orderUrl, placedAt: null, domains: ['a.example'], csr, solver },
      bench.signal,
    );
    await expect(attempt).rejects.toThrow('no space');
    expect(cleaned).toHaveLength(1);
  });

  it('keeps the certificate when the clean-up fails, and warns', async () => {
    const bench = await openBench();
    bench.solver.cleanUp = () => Promise.reject(new Error('cannot unlink'));
    expect(await bench.issue('a.example')).toContain('BEGIN CERTIFICATE');
    expect(bench.warnings.map(String)).toEqual(['CertdError: cannot unlink']);
  });
});

describe('a certificate that is none', () => {
  it.each([
    ['nothing', () => ''],
    ['HTML', () => '<html></html>'],
    [
      'a private key beside it',
      (chain: string) => `${chain}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`,
    ],
    ['JSON', () => '{"certificate":"x"}'],
  ])('is ca-malformed: %s', async (_, certificate) => {
    const bench = await openBench({ certificate });
    await expect(bench.issue('a.example')).rejects.toMatchObject({ code: 'ca-malformed' });
  });

  it('is csr-refused when the CA refuses the request', async () => {
    const bench = await openBench({ preauthorized: ['a.example'] });
    const orderUrl = await bench.order('a.example');
    await expect(bench.complete(orderUrl, ['b.example'])).rejects.toMatchObject({ code: 'csr-refused' });
  });
});
