import { describe, expect, it } from 'vitest';
import { generateKey } from '../../src/x509/keys.ts';
import { createRequest } from '../../src/x509/request.ts';
import { type Bench, openBench } from './harness.ts';

const minute = 60_000;

/** An order that is at work at the CA from the finalizing on, which asks for `retryAfter` at each look. */
async function atWork(bench: Bench, retryAfter: string) {
  const placedAt = bench.clock.now();
  const orderUrl = await bench.order('a.example');
  const csr = await createRequest(await generateKey('ecdsa-p256'), ['a.example']);
  const request = { orderUrl, placedAt, domains: ['a.example'], csr, solver: bench.solver };
  Object.assign(bench.ca.behaviour, { processingPolls: 1000, retryAfter });
  return { placedAt, request, complete: () => bench.issuer.complete(request, bench.signal) };
}

describe('a CA that is at work for ten minutes', () => {
  it('is looked at as often as it asks, and not waited for here', async () => {
    const bench = await openBench({ preauthorized: ['a.example'] });
    const { placedAt, complete } = await atWork(bench, '120');
    for (let look = 1; look <= 5; look += 1) {
      await expect(complete()).rejects.toMatchObject({
        code: 'order-waits',
        retry: 'not-before',
        message: 'The CA asks for 120 s until the next look; the order is kept.',
        notBefore: placedAt + look * 2 * minute,
      });
      bench.clock.at = placedAt + look * 2 * minute;
    }
    expect(bench.clock.sleeps).toEqual([]);
    // One to place it, one to finalize it, and from then on one look each time.
    expect(bench.requests.filter(kind => kind === 'finalize')).toHaveLength(1);
    expect(bench.requests.filter(kind => kind === 'order')).toHaveLength(5);
  });

  it('is a failure after issue_timeout, with the moment of the next look', async () => {
    const bench = await openBench({ preauthorized: ['a.example'] });
    const { placedAt, complete } = await atWork(bench, '120');
    bench.clock.at = placedAt + 8 * minute + 1;
    await expect(complete()).rejects.toMatchObject({
      code: 'issue-timeout',
      notBefore: placedAt + 10 * minute + 1,
    });
    bench.clock.at = placedAt + 8 * minute;
    await expect(complete()).rejects.toMatchObject({ code: 'order-waits' });
  });

  it('is a failure at once where nobody knows how long it has been', async () => {
    const bench = await openBench({ preauthorized: ['a.example'] });
    const { request } = await atWork(bench, '120');
    const attempt = bench.issuer.complete({ ...request, placedAt: null }, bench.signal);
    await expect(attempt).rejects.toMatchObject({ code: 'issue-timeout' });
  });

  it('is waited for here where it asks for a minute at the most', async () => {
    const bench = await openBench({ preauthorized: ['a.example'], processingPolls: 9, retryAfter: '60' });
    await bench.issue('a.example');
    expect(bench.clock.sleeps).toEqual(Array.from({ length: 9 }, () => minute));
  });

  it('gives the certificate to the attempt that comes after it', async () => {
    const bench = await openBench({ preauthorized: ['a.example'], processingPolls: 2, retryAfter: '90' });
    const orderUrl = await bench.order('a.example');
    const placedAt = bench.clock.now();
    const csr = await createRequest(await generateKey('ecdsa-p256'), ['a.example']);
    const request = { orderUrl, placedAt, domains: ['a.example'], csr, solver: bench.solver };
    await expect(bench.issuer.complete(request, bench.signal)).rejects.toMatchObject({ code: 'order-waits' });
    await expect(bench.issuer.complete(request, bench.signal)).rejects.toMatchObject({ code: 'order-waits' });
    const after = await bench.reopen();
    bench.requests.length = 0;
    const { chainPem } = await after.complete(request, bench.signal);
    expect(chainPem).toContain('BEGIN CERTIFICATE');
    expect(bench.requests).toEqual(['directory', 'nonce', 'order', 'certificate']);
  });
});

it('a validation is waited for here, however long, with its answer in place', async () => {
  const bench = await openBench({ readyLag: 2, retryAfter: '120', processingPolls: 0 });
  let answered = true;
  const sleep = bench.clock.sleep;
  bench.clock.sleep = async (ms, signal) => {
    answered &&= bench.solver.present_.size === 1;
    await sleep(ms, signal);
  };
  await bench.issue('a.example');
  expect(bench.clock.sleeps).toEqual([50, 2 * minute]);
  expect(answered).toBe(true);
});
