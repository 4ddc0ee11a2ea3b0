import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStandalone, type StandaloneMethod } from '../../src/challenge/standalone.ts';
import type { CertdError } from '../../src/core/errors.ts';
import type { HttpChallenge } from '../../src/core/ports.ts';
import { freePorts } from '../support/ports.ts';
import { tcpClient } from '../support/tcp-client.ts';

const { signal } = new AbortController();
const challenge: HttpChallenge = {
  domain: 'a.example',
  token: 'tok-EN_1',
  keyAuthorization: 'tok-EN_1.thumbprint',
};
const other: HttpChallenge = { domain: 'b.example', token: 'other', keyAuthorization: 'other.thumbprint' };
const path = '/.well-known/acme-challenge/tok-EN_1';
const notFound = 'HTTP/1.1 404 Not Found';

function open(limits = { mostConnections: 100, wholeMs: 60_000 }) {
  const warnings: CertdError[] = [];
  const warn = (error: CertdError) => warnings.push(error);
  const standalone = openStandalone({ passedSockets: () => [], warn, limits });
  onTestFinished(() => standalone.close());
  return { standalone, warnings };
}

async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

const on = (port: number, ...addresses: string[]): StandaloneMethod => ({
  kind: 'standalone',
  listen: addresses.map(address => ({ address, port })),
});

/** Sends text and returns what comes back until the server closes. */
async function send(port: number, text: string, host?: string): Promise<string> {
  const client = await tcpClient(port, host);
  client.send(text);
  return client.closed;
}

async function ask(port: number, request: string, host?: string) {
  const answer = await send(port, `${request} HTTP/1.1\r\nhost: a.example\r\n\r\n`, host);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const [status, ...headers] = head.split('\r\n');
  return { status, headers: headers.map(line => line.toLowerCase()), body };
}

async function refusal(port: number, host = '127.0.0.1'): Promise<unknown> {
  const socket = connect(port, host);
  return once(socket, 'connect').then(
    () => {
      socket.destroy();
      return 'somebody listens';
    },
    (error: NodeJS.ErrnoException) => error.code,
  );
}

describe('what it answers', () => {
  it('the key authorization, to any number of validators at once, on IPv4 and IPv6', async () => {
    const port = await freePort();
    const solver = open().standalone.solver(on(port, '0.0.0.0', '::'));
    await solver.present(challenge, signal);
    const hosts = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? '127.0.0.1' : '::1'));
    const answers = await Promise.all(hosts.map(host => ask(port, `GET ${path}`, host)));
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['tok-EN_1.thumbprint']));
    expect(answers[0]).toMatchObject({
      status: 'HTTP/1.1 200 OK',
      headers: expect.arrayContaining([
        'content-type: application/octet-stream',
        'content-length: 19',
        'connection: close',
      ]),
    });
  });

  it('HEAD, like GET without the body', async () => {
    const port = await freePort();
    await open().standalone.solver(on(port, '127.0.0.1')).present(challenge, signal);
    const { status, headers, body } = await ask(port, `HEAD ${path}`);
    expect({ status, body }).toEqual({ status: 'HTTP/1.1 200 OK', body: '' });
    expect(headers).toContain('content-length: 19');
  });

  it.each([
    `POST ${path}`,
    `DELETE ${path}`,
    `OPTIONS ${path}`,
    'GET /',
    'GET /.well-known/acme-challenge/',
    'GET /.well-known/acme-challenge/unknown',
    'GET /.well-known/acme-challenge/__proto__',
    `GET ${path}/`,
    `GET /x${path}`,
    'GET /.well-known/acme-challenge/../acme-challenge/tok-EN_1',
    'OPTIONS *',
  ])('404 to %s, in a few words', async request => {
    const port = await freePort();
    await open().standalone.solver(on(port, '127.0.0.1')).present(challenge, signal);
    expect(await ask(port, request)).toMatchObject({ status: notFound, body: 'Nothing is here.\n' });
  });

  it('what was presented last, where a token comes again', async () => {
    const port = await freePort();
    const { standalone } = open();
    const [first, second] = [on(port, '127.0.0.1'), on(port, '127.0.0.1')].map(standalone.solver);
    await first?.present(challenge, signal);
    await second?.present(challenge, signal);
    await first?.cleanUp(challenge.token);
    expect(await ask(port, `GET ${path}`)).toMatchObject({ body: 'tok-EN_1.thumbprint' });
    await second?.cleanUp(challenge.token);
    expect(await refusal(port)).toBe('ECONNREFUSED');
  });
});

describe('when it listens', () => {
  it('from the first token of an address to the last one, of whichever order', async () => {
    const port = await freePort();
    const { standalone } = open();
    const one = standalone.solver(on(port, '127.0.0.1', '::1'));
    const two = standalone.solver(on(port, '127.0.0.1'));
    expect(await refusal(port)).toBe('ECONNREFUSED');
    await Promise.all([one.present(challenge, signal), two.present(other, signal)]);
    await one.cleanUp(challenge.token);
    expect(await refusal(port, '::1')).toBe('ECONNREFUSED');
    expect(await ask(port, `GET ${path}`)).toMatchObject({ status: notFound });
    expect(await ask(port, 'GET /.well-known/acme-challenge/other')).toMatchObject({
      body: 'other.thumbprint',
    });
    await two.cleanUp(other.token);
    expect(await refusal(port)).toBe('ECONNREFUSED');
  });

  it('leaves the port to the next one as soon as a token is cleaned up, whoever is still connected', async () => {
    const port = await freePort();
    const { standalone } = open();
    const solver = standalone.solver(on(port, '127.0.0.1'));
    for (let round = 0; round < 20; round += 1) {
      await solver.present(challenge, signal);
      const client = await tcpClient(port);
      client.send('GET / HTTP/1.1\r\n');
      const cleaned = solver.cleanUp(challenge.token);
      // One that comes while it is being closed opens it again.
      if (round % 2 === 1) await Promise.all([cleaned, solver.present(other, signal)]);
      await cleaned;
      await solver.cleanUp(other.token);
      await client.closed;
      await listenAndClose(port);
    }
  });

  it('not on account of a token that nobody presented, or that came or went twice', async () => {
    const port = await freePort();
    const { standalone } = open();
    const solver = standalone.solver(on(port, '127.0.0.1'));
    const second = standalone.solver(on(port, '127.0.0.1'));
    await second.present(other, signal);
    await solver.cleanUp('never');
    await solver.present(challenge, signal);
    await solver.present(challenge, signal);
    await solver.cleanUp(challenge.token);
    await solver.cleanUp(challenge.token);
    expect(await ask(port, 'GET /')).toMatchObject({ status: notFound });
    await second.cleanUp(other.token);
    expect(await refusal(port)).toBe('ECONNREFUSED');
  });

  it('until it is closed, whatever is still presented and connected', async () => {
    const port = await freePort();
    const { standalone } = open();
    const solver = standalone.solver(on(port, '127.0.0.1'));
    await solver.present(challenge, signal);
    const client = await tcpClient(port);
    await standalone.close();
    await client.closed;
    expect(await refusal(port)).toBe('ECONNREFUSED');
    await solver.cleanUp(challenge.token);
  });

  it('on IPv4 and IPv6 apart: one is free while the other is held', async () => {
    const port = await freePort();
    const { standalone } = open();
    await standalone.solver(on(port, '::')).present(challenge, signal);
    expect(await refusal(port)).toBe('ECONNREFUSED');
    await standalone.solver(on(port, '0.0.0.0')).present(other, signal);
    expect(await ask(port, 'GET /', '::1')).toMatchObject({ status: notFound });
    expect(await ask(port, 'GET /')).toMatchObject({ status: notFound });
  });
});

describe('where it cannot listen', () => {
  it('says who has the port, and leaves no other address open', async () => {
    const port = await freePort();
    await listenHere(port, '::1');
    const { standalone } = open();
    const solver = standalone.solver(on(port, '127.0.0.1', '::1'));
    await expect(solver.present(challenge, signal)).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringMatching(
        `^another program listens on \\[::1\\]:${port} \\(.+, pid ${process.pid}\\)$`,
      ),
      facts: { listener: `[::1]:${port}`, errno: 'EADDRINUSE' },
    });
    expect(await refusal(port)).toBe('ECONNREFUSED');
    await solver.cleanUp(challenge.token);
  });

  it('takes nothing away from an order that shares the other address', async () => {
    const port = await freePort();
    await listenHere(port, '::1');
    const { standalone } = open();
    await standalone.solver(on(port, '127.0.0.1')).present(other, signal);
    await expect(
      standalone.solver(on(port, '127.0.0.1', '::1')).present(challenge, signal),
    ).rejects.toThrow();
    expect(await ask(port, 'GET /.well-known/acme-challenge/other')).toMatchObject({
      body: 'other.thumbprint',
    });
    expect(await ask(port, `GET ${path}`)).toMatchObject({ status: notFound });
  });

  it('works again once the port is free', async () => {
    const port = await freePort();
    const holder = await listenHere(port, '127.0.0.1');
    const solver = open().standalone.solver(on(port, '127.0.0.1'));
    await expect(solver.present(challenge, signal)).rejects.toMatchObject({ code: 'port-taken' });
    await new Promise(done => holder.close(done));
    await solver.present(challenge, signal);
    expect(await ask(port, `GET ${path}`)).toMatchObject({ body: 'tok-EN_1.thumbprint' });
  });

  it('names an address that this host does not have', async () => {
    const port = await freePort();
    const solver = open().standalone.solver(on(port, '127.0.0.1', '192.0.2.1'));
    await expect(solver.present(challenge, signal)).rejects.toMatchObject({
      code: 'listen-failed',
      message: `certd cannot listen on 192.0.2.1:${port}: EADDRNOTAVAIL, this host does not have that address`,
    });
    expect(await refusal(port)).toBe('ECONNREFUSED');
  });
});

describe('bad clients', () => {
  async function presented(limits?: { mostConnections: number; wholeMs: number }): Promise<number> {
    const port = await freePort();
    await open(limits).standalone.solver(on(port, '127.0.0.1')).present(challenge, signal);
    return port;
  }

  it('that say nothing, or drip, are closed', async () => {
    const port = await presented({ mostConnections: 100, wholeMs: 50 });
    const dripping = await tcpClient(port);
    dripping.send(`GET ${path} HTTP/1.1\r\n`);
    const drip = setInterval(() => dripping.send('x: y\r\n'), 5);
    onTestFinished(() => clearInterval(drip));
    await dripping.closed;
    expect(await (await tcpClient(port)).closed).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('with more than 8 KiB of headers get 431 and are closed', async () => {
    const port = await presented();
    expect(await send(port, `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(8200)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
  });

  it('that do not speak HTTP get 400 and are closed', async () => {
    const port = await presented();
    expect(await send(port, '\x16\x03\x01 hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('with a body get their 404 before it has come', async () => {
    const port = await presented();
    const endless = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000000\r\n\r\nx';
    expect(await send(port, endless)).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('with many requests at once get one answer', async () => {
    const port = await presented();
    const answers = await send(port, `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`.repeat(50));
    expect(answers.split('HTTP/1.1 ').length - 1).toBe(1);
  });

  it('in a flood of idle connections keep no validator out', async () => {
    const port = await presented({ mostConnections: 10, wholeMs: 60_000 });
    const flood = await Promise.all(Array.from({ length: 200 }, () => tcpClient(port)));
    expect(await ask(port, `GET ${path}`)).toMatchObject({ body: 'tok-EN_1.thumbprint' });
    for (const { socket } of flood) socket.destroy();
  });
});

async function listenHere(port: number, address: string): Promise<Server> {
  const server = createServer().listen(port, address);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return server;
}

async function listenAndClose(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  await once(server.close(), 'close');
}
