import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { trustContext } from '../../src/acme/trust.ts';
import type { Behaviour } from '../support/fake-ca-behaviour.ts';
import { makeCa } from '../support/make-cert.ts';
import { openBench } from './harness.ts';

const at = (resource: string, reply: ReturnType<Behaviour['intercept']>): Partial<Behaviour> => ({
  intercept: asked => (asked === resource ? reply : null),
});

describe('the transport', () => {
  it('is ca-untrusted without the CA’s root', async () => {
    const bench = await openBench();
    const { directoryUrl } = bench.ca;
    const issuer = await bench.reopenAt({ directoryUrl, trustFile: null, issueTimeoutMs: 1000 });
    await expect(
      issuer.order({ domains: ['a.example'], replaces: null, profile: null }, bench.signal),
    ).rejects.toMatchObject({
      code: 'ca-untrusted',
    });
  });

  it('is ca-untrusted for a certificate of another name', async () => {
    const bench = await openBench();
    const directoryUrl = bench.ca.directoryUrl.replace('127.0.0.1', 'localhost');
    const issuer = await bench.reopenAt({ directoryUrl });
    await expect(
      issuer.order({ domains: ['a.example'], replaces: null, profile: null }, bench.signal),
    ).rejects.toMatchObject({
      code: 'ca-untrusted',
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
  });

  it.each([
    ['/nonexistent/root.pem', 'cannot be read'],
    ['/dev/null', 'no PEM certificate'],
  ])('is ca-untrusted with %s as its trust file', async (trustFile, message) => {
    const bench = await openBench();
    const issuer = await bench.reopenAt({ trustFile });
    await expect(
      issuer.order({ domains: ['a.example'], replaces: null, profile: null }, bench.signal),
    ).rejects.toMatchObject({
      code: 'ca-untrusted',
      message: expect.stringContaining(message),
    });
  });

  it('is ca-unreachable where nobody listens', async () => {
    const bench = await openBench();
    await bench.ca.close();
    await expect(bench.order('a.example')).rejects.toMatchObject({
      code: 'ca-unreachable',
      facts: expect.objectContaining({ errno: 'ECONNREFUSED' }),
    });
  });

  it('is ca-unreachable where the connection is accepted and TLS never begins', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    const bench = await openBench({}, { requestTimeoutMs: 100 });
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const issuer = await bench.reopenAt({ directoryUrl: `https://127.0.0.1:${port}/` });
    await expect(
      issuer.order({ domains: ['a.example'], replaces: null, profile: null }, bench.signal),
    ).rejects.toMatchObject({
      code: 'ca-unreachable',
      message: expect.stringContaining('within 0.1 s'),
    });
  });

  it('is ca-timeout when the CA says nothing', async () => {
    const bench = await openBench(at('new-order', 'silence'), { requestTimeoutMs: 500 });
    await expect(bench.order('a.example')).rejects.toMatchObject({ code: 'ca-timeout' });
  });

  it('is ca-malformed when the CA changes to another protocol', async () => {
    const headers = { connection: 'upgrade', upgrade: 'h2c' };
    const bench = await openBench(at('new-order', { status: 101, headers }));
    await expect(bench.order('a.example')).rejects.toMatchObject({
      code: 'ca-malformed',
      message: expect.stringContaining('closed the request without an answer'),
    });
  });

  it('is ca-unreachable when the answer is cut short', async () => {
    const bench = await openBench(
      at('dir', { status: 200, headers: { 'content-length': '100' }, body: '{' }),
    );
    await expect(bench.order('a.example')).rejects.toMatchObject({
      code: 'ca-unreachable',
      facts: expect.objectContaining({ errno: 'ECONNRESET' }),
    });
  });

  it('is stopped by the caller’s signal', async () => {
    const stop = new AbortController();
    const bench = await openBench({
      intercept: resource => {
        if (resource !== 'new-order') return null;
        setImmediate(() => stop.abort());
        return 'silence';
      },
    });
    const attempt = bench.issuer.order(
      { domains: ['a.example'], replaces: null, profile: null },
      stop.signal,
    );
    await expect(attempt).rejects.toMatchObject({ code: 'stopped' });
  });

  it('is stopped while it waits, and cleans up', async () => {
    const stop = new AbortController();
    const bench = await openBench({ processingPolls: 1000 });
    const orderUrl = await bench.order('a.example');
    bench.ca.behaviour.intercept = resource => {
      if (resource === 'challenge') stop.abort(new Error('SIGTERM'));
      return null;
    };
    await expect(bench.complete(orderUrl, ['a.example'], stop.signal)).rejects.toMatchObject({
      code: 'stopped',
    });
    expect(bench.solver.present_.size).toBe(0);
  });

  it('refuses an endless body', async () => {
    const bench = await openBench(at('dir', { status: 200, body: `{"x":"${'x'.repeat(1_100_000)}"}` }));
    await expect(bench.order('a.example')).rejects.toMatchObject({
      code: 'ca-malformed',
      message: expect.stringContaining('more than 1 MiB'),
    });
  });

  it('refuses plain http, also inside the directory', async () => {
    const bench = await openBench();
    bench.ca.behaviour.directory['newNonce'] = 'http://127.0.0.1/nonce';
    await expect(bench.order('a.example')).rejects.toMatchObject({ code: 'ca-malformed' });
  });

  it('gives up a directory that redirects in circles', async () => {
    const bench = await openBench(at('dir', { status: 301, headers: { location: '/dir' } }));
    await expect(bench.order('a.example')).rejects.toMatchObject({ code: 'ca-malformed' });
    expect(bench.ca.log).toHaveLength(6);
  });

  it('sends no body twice when a kept connection dies, but signs again', async () => {
    const bench = await openBench();
    await bench.issue('a.example');
    const before = bench.ca.bodies.length;
    bench.ca.behaviour.intercept = (resource, count) =>
      resource === 'new-order' && count === 2 ? 'reset' : null;
    await bench.issue('a.example');
    expect(bench.requests.filter(kind => kind === 'order').length).toBeGreaterThan(2);
    const sent = bench.ca.bodies.slice(before);
    expect(new Set(sent).size).toBe(sent.length);
  });

  it('goes on when a challenge was started by the request that the reset swallowed', async () => {
    const bench = await openBench();
    await bench.issue('a.example');
    let dropped = false;
    bench.ca.behaviour.dropAnswer = resource => {
      const drop = resource === 'challenge' && !dropped;
      dropped ||= drop;
      return drop;
    };
    expect(await bench.issue('a.example')).toContain('BEGIN CERTIFICATE');
    expect(dropped).toBe(true);
  });

  it('keeps its one connection over a newNonce that names no length', async () => {
    const bench = await openBench();
    await bench.issue('a.example');
    expect(bench.ca.log.filter(request => request === 'HEAD nonce')).toHaveLength(1);
    expect(bench.ca.connections()).toBe(1);
  });

  it('leaves a connection that the CA closes after newNonce', async () => {
    const bench = await openBench();
    bench.ca.behaviour.intercept = (resource, count) =>
      resource === 'nonce' && count === 1
        ? { status: 200, headers: { 'replay-nonce': 'spent', connection: 'close' } }
        : null;
    await bench.issue('a.example');
    expect(bench.ca.connections()).toBe(2);
  });

  it('is ca-unreachable when a fresh connection is cut', async () => {
    const bench = await openBench(at('dir', 'reset'));
    await expect(bench.order('a.example')).rejects.toMatchObject({ code: 'ca-unreachable' });
    expect(bench.ca.log).toEqual(['GET dir']);
  });

  it('trusts the system’s roots beside its own', async () => {
    const other = await makeCa('one more root');
    expect(() => trustContext(other.pem)).not.toThrow();
    expect(() => trustContext(other.pem.replace('MII', 'MXX'))).toThrow(/cannot be parsed/);
  });
});

describe('nonces', () => {
  it('gives up after a storm of badNonce', async () => {
    const bench = await openBench({ badNonces: 1000 });
    await expect(bench.order('a.example')).rejects.toMatchObject({ code: 'ca-error' });
    expect(bench.requests.filter(kind => kind === 'account')).toHaveLength(21);
  });

  it('uses the nonce that a badNonce answer brings', async () => {
    const bench = await openBench({ badNonces: 5 });
    await bench.order('a.example');
    expect(bench.requests.filter(kind => kind === 'nonce')).toHaveLength(1);
    // None of the refused ones is handed out again.
    await Promise.all(['a.example', 'b.example', 'c.example'].map(domain => bench.order(domain)));
    expect(bench.requests.filter(kind => kind === 'order')).toHaveLength(4);
  });

  it('are asked for anew when those that are kept are ten minutes old', async () => {
    const bench = await openBench();
    await bench.order('a.example');
    bench.clock.at += 599_000;
    await bench.order('a.example');
    expect(bench.requests.filter(kind => kind === 'nonce')).toHaveLength(1);
    bench.clock.at += 600_000;
    await bench.order('a.example');
    expect(bench.requests.filter(kind => kind === 'nonce')).toHaveLength(2);
  });

  it('are asked for anew when the clock was set back', async () => {
    const bench = await openBench();
    await bench.order('a.example');
    bench.clock.at -= 1;
    await bench.order('a.example');
    expect(bench.requests.filter(kind => kind === 'nonce')).toHaveLength(2);
  });
});
