import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/core/ports.ts';
import { readLeaf } from '../../src/x509/certificate.ts';
import { generateKey } from '../../src/x509/keys.ts';
import { splitChain } from '../../src/x509/pem.ts';
import { createRequest } from '../../src/x509/request.ts';
import { openBench } from './harness.ts';

/** Pending, and without a challenge. */
function authorizationFor(value: string) {
  const body = { identifier: { type: 'ip', value }, status: 'pending', challenges: [] };
  return { status: 200, body: JSON.stringify(body) };
}

describe('issuing', () => {
  it('gets a certificate for two domains and cleans up both tokens', async () => {
    const bench = await openBench();
    const pem = await bench.issue('a.example', 'b.example');
    expect(readLeaf(pem).domains).toEqual(['a.example', 'b.example']);
    expect(splitChain(pem)).toHaveLength(2);
    expect(bench.solver.steps).toEqual([
      'present a.example',
      'present b.example',
      'clean a.example',
      'clean b.example',
    ]);
    expect(bench.warnings).toEqual([]);
  });

  it('needs seven requests from the second time on, and no nonce of its own', async () => {
    const bench = await openBench();
    await bench.issue('a.example');
    bench.requests.length = 0;
    await bench.issue('a.example');
    expect(bench.requests).toEqual([
      'order',
      'authorization',
      'challenge',
      'order',
      'finalize',
      'order',
      'certificate',
    ]);
  });

  it('counts every request that the CA sees', async () => {
    const bench = await openBench();
    await bench.issue('a.example');
    expect(bench.requests).toEqual([
      'directory',
      'nonce',
      'account',
      'order',
      'authorization',
      'challenge',
      'order',
      'finalize',
      'order',
      'certificate',
    ]);
    expect(bench.ca.log).toHaveLength(bench.requests.length);
  });

  it('skips authorizations that are valid already', async () => {
    const bench = await openBench({ preauthorized: ['a.example'] });
    await bench.issue('a.example', 'b.example');
    expect(bench.solver.steps).toEqual(['present b.example', 'clean b.example']);
    bench.requests.length = 0;
    await bench.issue('a.example');
    expect(bench.requests).not.toContain('challenge');
  });

  it('gets a certificate for addresses beside a name', async () => {
    const bench = await openBench();
    const pem = await bench.issue('192.0.2.1', '2001:db8::1', 'a.example');
    expect(readLeaf(pem).domains).toEqual(['192.0.2.1', '2001:db8::1', 'a.example']);
    expect(bench.ca.orders).toEqual([
      {
        identifiers: [
          { type: 'ip', value: '192.0.2.1' },
          { type: 'ip', value: '2001:db8::1' },
          { type: 'dns', value: 'a.example' },
        ],
      },
    ]);
    expect(bench.solver.steps.slice(0, 3)).toEqual([
      'present 192.0.2.1',
      'present 2001:db8::1',
      'present a.example',
    ]);
  });

  it('knows its address in whatever form the CA writes it', async () => {
    const bench = await openBench({
      intercept: (resource, count) =>
        resource === 'authz' && count === 1 ? authorizationFor('2001:0DB8:0::0001') : null,
    });
    const attempt = bench.issue('2001:db8::1');
    await expect(attempt).rejects.toMatchObject({
      code: 'challenge-missing',
      facts: { domain: '2001:db8::1' },
    });
  });

  it('signs every body anew', async () => {
    const bench = await openBench({ badNonces: 5 });
    await bench.issue('a.example');
    expect(new Set(bench.ca.bodies).size).toBe(bench.ca.bodies.length);
    expect(bench.ca.bodies.length).toBeGreaterThan(12);
  });

  it('lives with a CA that sends no nonces on its answers', async () => {
    const bench = await openBench({ sendNonces: false });
    await bench.issue('a.example');
    expect(bench.requests.filter(kind => kind === 'nonce')).toHaveLength(8);
  });

  it('asks for a request without a subject', async () => {
    const csr = await createRequest(await generateKey('rsa-2048'), ['a.example']);
    // CertificationRequestInfo: version 0, then an empty Name.
    expect(Buffer.from(csr).toString('hex')).toMatch(/^308[12].{2,4}308[12].{2,4}0201003000/);
  });

  it('waits as the CA asks, and otherwise from 50 ms doubling to 5 s', async () => {
    const bench = await openBench({ processingPolls: 10 });
    await bench.issue('a.example');
    expect(bench.clock.sleeps).toEqual([50, 50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
    bench.clock.sleeps.length = 0;
    Object.assign(bench.ca.behaviour, { processingPolls: 2, retryAfter: '3' });
    await bench.issue('a.example');
    expect(bench.clock.sleeps).toEqual([50, 3000, 3000]);
  });

  it('gives up at once when the CA asks for more time than issue_timeout leaves', async () => {
    const bench = await openBench({ retryAfter: '3600' });
    const start = bench.clock.now();
    await expect(bench.issue('a.example')).rejects.toMatchObject({
      code: 'issue-timeout',
      notBefore: start + 50 + 3_600_000,
    });
    expect(bench.clock.sleeps).toEqual([50]);
  });

  it('holds the next attempt for a day at the most, whatever Retry-After asks for', async () => {
    const bench = await openBench({ retryAfter: '999999999999' });
    const start = bench.clock.now();
    await expect(bench.issue('a.example')).rejects.toMatchObject({
      code: 'issue-timeout',
      notBefore: start + 50 + 86_400_000,
    });
  });

  it('waits no longer than issue_timeout by a clock that is set back on the way', async () => {
    const bench = await openBench({ processingPolls: 1000 });
    const orderUrl = await bench.order('a.example');
    let slept = 0;
    const clock: Clock = {
      now: bench.clock.now,
      async sleep(ms) {
        slept += ms;
        if (slept > 100_000) throw new Error('still waiting');
        bench.clock.at -= 3_600_000;
      },
    };
    const issuer = await bench.reopen({ clock }, { issueTimeoutMs: 60_000 });
    const csr = await createRequest(await generateKey('ecdsa-p256'), ['a.example']);
    const attempt = issuer.complete(
      { orderUrl, placedAt: null, domains: ['a.example'], csr, solver: bench.solver },
      bench.signal,
    );
    await expect(attempt).rejects.toMatchObject({ code: 'issue-timeout' });
    expect(slept).toBeGreaterThan(54_000);
    expect(slept).toBeLessThanOrEqual(60_000);
  });

  it('waits for an order that becomes ready late, and finalizes again after orderNotReady', async () => {
    const bench = await openBench({ readyLag: 3, finalizeLag: 2 });
    await bench.issue('a.example');
    expect(bench.requests.filter(kind => kind === 'finalize')).toHaveLength(3);
  });

  it('takes the order that finalize answers as valid', async () => {
    const bench = await openBench({ processingPolls: 0 });
    await bench.issue('a.example');
    expect(bench.requests.slice(-2)).toEqual(['finalize', 'certificate']);
  });

  it('returns canonical PEM', async () => {
    const bench = await openBench({ certificate: chain => chain.replaceAll('\n', '\r\n') });
    const pem = await bench.issue('a.example');
    expect(pem).not.toContain('\r');
    expect(new X509Certificate(pem).subject).toBeUndefined();
  });

  it('follows redirects of the directory only to https', async () => {
    const bench = await openBench({
      intercept: resource => (resource === 'dir' ? { status: 302, headers: { location: '/moved' } } : null),
    });
    await bench.issue('a.example');
    expect(bench.ca.log.slice(0, 2)).toEqual(['GET dir', 'GET moved']);
    const other = await openBench({
      intercept: resource =>
        resource === 'dir' ? { status: 302, headers: { location: 'http://127.0.0.1/dir' } } : null,
    });
    await expect(other.order('a.example')).rejects.toMatchObject({ code: 'ca-malformed' });
  });
});

describe('taking up an order after a restart', () => {
  it.each([
    ['pending', {}, ['order', 'authorization', 'challenge', 'order', 'finalize', 'order', 'certificate']],
    ['ready', { preauthorized: ['a.example'] }, ['order', 'finalize', 'order', 'certificate']],
  ])('goes on from %s', async (_, behaviour, requests) => {
    const bench = await openBench(behaviour);
    const orderUrl = await bench.order('a.example');
    const issuer = await bench.reopen();
    const csr = await createRequest(await generateKey('ecdsa-p256'), ['a.example']);
    bench.requests.length = 0;
    await issuer.complete(
      { orderUrl, placedAt: null, domains: ['a.example'], csr, solver: bench.solver },
      bench.signal,
    );
    expect(bench.requests.filter(kind => kind !== 'directory' && kind !== 'nonce')).toEqual(requests);
  });

  it('only downloads an order that is valid', async () => {
    const bench = await openBench();
    const orderUrl = await bench.order('a.example');
    const first = await bench.complete(orderUrl, ['a.example']);
    bench.requests.length = 0;
    expect(await bench.complete(orderUrl, ['a.example'])).toBe(first);
    expect(bench.requests).toEqual(['order', 'certificate']);
  });

  it('only polls an order that is processing', async () => {
    const bench = await openBench({ processingPolls: 1000 });
    const orderUrl = await bench.order('a.example');
    await expect(bench.complete(orderUrl, ['a.example'])).rejects.toMatchObject({ code: 'issue-timeout' });
    bench.requests.length = 0;
    await expect(bench.complete(orderUrl, ['a.example'])).rejects.toMatchObject({ code: 'issue-timeout' });
    expect(new Set(bench.requests)).toEqual(new Set(['order']));
  });

  it('puts a token back without starting a validation that runs already', async () => {
    const bench = await openBench();
    const orderUrl = await bench.order('a.example');
    let looks = 0;
    bench.ca.behaviour.intercept = resource => {
      if (resource !== 'order') return null;
      looks += 1;
      return looks === 1 ? { status: 503 } : null;
    };
    await expect(bench.complete(orderUrl, ['a.example'])).rejects.toMatchObject({ code: 'ca-error' });
    const http = { type: 'http-01', url: bench.ca.directoryUrl.replace('/dir', '/challenge/0') };
    const authorization = {
      identifier: { type: 'dns', value: 'a.example' },
      status: 'pending',
      challenges: [{ ...http, token: 'again', status: 'processing' }],
    };
    bench.ca.behaviour.intercept = resource => {
      if (resource === 'authz') return { status: 200, body: JSON.stringify(authorization) };
      return resource === 'order' && bench.solver.steps.length < 3
        ? {
            status: 200,
            body: JSON.stringify({
              status: 'pending',
              authorizations: [http.url.replace('challenge', 'authz')],
              finalize: http.url,
            }),
          }
        : null;
    };
    await bench.complete(orderUrl, ['a.example']);
    expect(bench.solver.steps).toEqual([
      'present a.example',
      'clean a.example',
      'present a.example',
      'clean a.example',
    ]);
    expect(bench.requests.filter(kind => kind === 'challenge')).toHaveLength(1);
  });

  it('calls an order gone that is invalid at the first look', async () => {
    const bench = await openBench({ validate: () => ({ name: 'connection', detail: 'refused' }) });
    const orderUrl = await bench.order('a.example');
    await expect(bench.complete(orderUrl, ['a.example'])).rejects.toMatchObject({
      code: 'validation-failed',
    });
    await expect(bench.complete(orderUrl, ['a.example'])).rejects.toMatchObject({ code: 'order-gone' });
  });
});
