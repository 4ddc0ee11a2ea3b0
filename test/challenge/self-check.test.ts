import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLookups } from '../../src/challenge/lookups.ts';
import { withSelfCheck } from '../../src/challenge/self-check.ts';
import type { CertdError } from '../../src/core/errors.ts';
import type { Solver } from '../../src/core/ports.ts';
import { makeCa, makeLeaf } from '../support/make-cert.ts';

const nowhere = { port: 1, lookups: openLookups() };
const challenge = { domain: 'localhost', token: 'token', keyAuthorization: 'token.thumbprint' };

async function listen(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Runs one challenge against a server and gives back the warnings. */
async function check(
  listener: RequestListener,
  stop = new AbortController(),
  timeoutMs = 20_000,
): Promise<readonly CertdError[]> {
  const server = createServer(listener);
  const port = await listen(server);
  const warnings: CertdError[] = [];
  const warn = (error: CertdError) => warnings.push(error);
  const solver = withSelfCheck(recorder([]), { port, warn, lookups: openLookups(), timeoutMs });
  await solver.present(challenge, stop.signal);
  await solver.cleanUp('token');
  server.closeAllConnections();
  return warnings;
}

function recorder(steps: string[]): Solver {
  return {
    present: async () => void steps.push('present'),
    cleanUp: async () => void steps.push('clean'),
  };
}

function cutShort(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-length': 100 }).write('token');
  request.socket.end();
}

describe('withSelfCheck', () => {
  it('is content with the right answer at the right path', async () => {
    const asked: (string | undefined)[] = [];
    const warnings = await check((request, response) => {
      asked.push(request.url, request.headers.host);
      response.end('token.thumbprint\n');
    });
    expect(warnings).toEqual([]);
    expect(asked).toEqual(['/.well-known/acme-challenge/token', expect.stringMatching(/^localhost:\d+$/)]);
  });

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '[::1]'],
  ])('connects to the address %s itself, and names it as the host %s', async (domain, host) => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.headers.host);
      response.end('token.thumbprint');
    });
    await new Promise<void>(resolve => server.listen(0, domain, resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const warnings: CertdError[] = [];
    const solver = withSelfCheck(recorder([]), {
      port,
      warn: error => warnings.push(error),
      lookups: () => ({ lookup: () => expect.fail('nobody looks an address up'), isWaiting: () => false }),
    });
    await solver.present({ ...challenge, domain }, new AbortController().signal);
    await solver.cleanUp('token');
    expect(warnings).toEqual([]);
    expect(asked).toEqual([`${host}:${port}`]);
  });

  it.each<[string, string, RequestListener]>([
    ['another answer', 'something else answers there', (_, response) => response.end('token.other')],
    ['a 404', 'HTTP 404', (_, response) => response.writeHead(404).end()],
    ['a page', 'more than 1024 bytes answer there', (_, response) => response.end('x'.repeat(5000))],
    ['a circle', 'more than 2 redirects', (_, response) => response.writeHead(302, { location: '/' }).end()],
    ['a redirect to nowhere', 'HTTP 302', (_, response) => response.writeHead(302).end()],
    ['a cut connection', 'ECONNRESET', request => request.socket.destroy()],
    ['half an answer', 'ECONNRESET', (request, response) => cutShort(request, response)],
    [
      'another protocol',
      'it was closed without an answer',
      (_, response) => response.writeHead(101, { connection: 'upgrade', upgrade: 'x' }).end(),
    ],
  ])('warns of %s', async (_, reason, listener) => {
    const warnings = await check(listener);
    expect(warnings).toMatchObject([{ code: 'self-check-failed', facts: { domain: 'localhost', reason } }]);
  });

  it('warns of silence', async () => {
    const warnings = await check(() => undefined, undefined, 200);
    expect(warnings).toMatchObject([{ facts: { domain: 'localhost', reason: 'no answer within 0.2 s' } }]);
  });

  it('follows a redirect to https and does not mind the certificate there', async () => {
    const leaf = await makeLeaf(await makeCa('nobody knows'), { domains: ['other.example'] });
    const options = { cert: leaf.pem, key: leaf.keyPem };
    const port = await listen(createTlsServer(options, (_, response) => response.end('token.thumbprint')));
    const location = `https://localhost:${port}/`;
    expect(await check((_, response) => response.writeHead(301, { location }).end())).toEqual([]);
  });

  it('does not make the order wait, but keeps the file until the check is over', async () => {
    const steps: string[] = [];
    let release = () => {};
    const server = createServer((_, response) => {
      release = () => {
        steps.push('answer');
        response.end('token.thumbprint');
      };
      steps.push('asked');
    });
    const asked = new Promise<void>(resolve => server.once('request', () => resolve()));
    const port = await listen(server);
    const solver = withSelfCheck(recorder(steps), {
      port,
      warn: error => steps.push(error.code),
      lookups: openLookups(),
    });
    await solver.present(challenge, new AbortController().signal);
    steps.push('order goes on');
    const cleaned = solver.cleanUp('token');
    await asked;
    release();
    await cleaned;
    expect(steps).toEqual(['present', 'order goes on', 'asked', 'answer', 'clean']);
    server.closeAllConnections();
  });

  it('says nothing after an abort', async () => {
    const stop = new AbortController();
    expect(await check(() => stop.abort(), stop)).toEqual([]);
  });

  it('warns of a domain that fits into no URL', async () => {
    const warnings: CertdError[] = [];
    const solver = withSelfCheck(recorder([]), { ...nowhere, warn: error => warnings.push(error) });
    await solver.present({ ...challenge, domain: 'a b' }, new AbortController().signal);
    await solver.cleanUp('token');
    expect(warnings).toMatchObject([
      { code: 'self-check-failed', facts: { domain: 'a b', reason: 'ERR_INVALID_URL' } },
    ]);
  });

  it('does not check what was not presented', async () => {
    const warnings: CertdError[] = [];
    const broken = { present: () => Promise.reject(new Error('no')), cleanUp: async () => undefined };
    const solver = withSelfCheck(broken, { ...nowhere, warn: error => warnings.push(error) });
    await expect(solver.present(challenge, new AbortController().signal)).rejects.toThrow('no');
    await solver.cleanUp('token');
    expect(warnings).toEqual([]);
  });
});
