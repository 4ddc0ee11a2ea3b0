import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { CertdError } from '../../src/core/errors.ts';
import { render } from '../../src/health/answer.ts';
import { askDaemon } from '../../src/health/client.ts';
import { listenOnSocket } from '../../src/health/listen.ts';
import { type Routes, routeServer } from '../../src/health/server.ts';
import type { ServerLimits } from '../../src/host/one-request-server.ts';
import { type UnixClient, unixClient } from '../support/unix-client.ts';
import { waitUntil } from '../support/wait-until.ts';

/** What a client has to ask, and again to read. It passes by `pass` alone, where a test has stopped the clock. */
const wholeMs = 60_000;
const get = 'GET /ok HTTP/1.1\r\nhost: certd\r\n\r\n';
const post = (length: number) => `POST /echo HTTP/1.1\r\nhost: certd\r\ncontent-length: ${length}\r\n\r\n`;
const parts: Routes = {
  'GET /ok': () => ({ status: 200, body: { ok: true } }),
  'POST /echo': body => ({ status: 200, body }),
};
/** What a TLS client says first: a ClientHello that offers TLS 1.3. */
const clientHello = Buffer.from(
  `16030100810100007d0303${'5a'.repeat(32)}20${'a5'.repeat(32)}0002130100ff`.padEnd(268, '0'),
  'hex',
);

/** A server on a Unix socket; `good` is a client that expects its answer, now. */
async function serve(change: { limits?: Partial<ServerLimits>; routes?: Routes } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'certd-hostile-'));
  const path = join(dir, 's.sock');
  const defects: CertdError[] = [];
  const limits = {
    wholeMs,
    mostConnections: 256,
    largestHead: 16_384,
    largestBody: 65_536,
    ...change.limits,
  };
  const server = routeServer({ ...parts, ...change.routes }, error => defects.push(error), limits);
  const sockets: Socket[] = [];
  server.on('connection', socket => sockets.push(socket));
  await listenOnSocket(server, path, 0o600);
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise(done => server.close(done));
    rmSync(dir, { recursive: true });
    expect(defects).toEqual([]);
  });
  const good = () => askDaemon({ socket: path, method: 'GET', path: '/ok', body: null, timeoutMs: 20_000 });
  const connections = () =>
    new Promise<number>(done => server.getConnections((_error, count) => done(count)));
  /** Until so many clients have come, and the last of them was heard so many bytes. */
  const heard = (clients: number, bytes: number) =>
    waitUntil(`client ${clients} was heard`, () => (sockets[clients - 1]?.bytesRead ?? -1) >= bytes || null);
  return { good, connections, heard, connect: () => unixClient(path) };
}

/** The timers of the server ring only when the test says so: it must not matter how busy the machine is. */
function stopClock(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

const pass = (ms: number) => vi.advanceTimersByTime(ms);

const ok = { status: 200, body: { ok: true } };
/** The parts of a whole answer with a JSON body, whose length is what it says. */
function read(answer: string): { status: number; body: unknown } {
  const [head = '', text = ''] = answer.split('\r\n\r\n');
  expect(head.toLowerCase()).toContain('content-type: application/json; charset=utf-8');
  expect(head.toLowerCase()).toContain(`content-length: ${Buffer.byteLength(text)}`);
  expect(head.toLowerCase()).toContain('connection: close');
  return { status: Number(head.split(' ')[1]), body: JSON.parse(text) };
}

function dripping({ socket, send }: UnixClient, text: string): void {
  let at = 0;
  const drip = setInterval(() => {
    if (socket.writable) send(text.charAt(at++ % text.length));
  }, 10);
  socket.once('close', () => clearInterval(drip));
}

it.each([
  ['nothing', ''],
  ['half a header', 'GET /ok HTTP/1.1\r\nhost: certd\r\nx: y'],
  ['half a body', `${post(60_000)}x`],
])('gives a client that sends %s a 408 at the deadline, and closes', async (_sentence, text) => {
  stopClock();
  const { connect, good, heard } = await serve();
  const client = await connect();
  client.send(text);
  await heard(1, text.length);
  pass(wholeMs);
  expect(read(await client.closed)).toEqual({
    status: 408,
    body: { code: 'usage', message: 'the request took too long' },
  });
  expect(await good()).toEqual(ok);
});

it.each([
  ['its header', 'GET /ok HTTP/1.1\r\nhost: certd\r\n', 'x: y\r\n'],
  ['its body', post(60_000), 'x'],
])('closes a client that sends %s byte by byte', async (_sentence, begin, rest) => {
  stopClock();
  const { connect, good, heard } = await serve();
  const client = await connect();
  client.send(begin);
  dripping(client, rest);
  await heard(1, begin.length + 1);
  pass(wholeMs - 1);
  await heard(1, begin.length + 4);
  pass(1);
  await client.closed;
  expect(await good()).toEqual(ok);
});

it.each([
  ['a header', `GET /ok HTTP/1.1\r\nhost: certd\r\nx: ${'y'.repeat(1024 * 1024)}`],
  ['a path', `GET /${'y'.repeat(1024 * 1024)}`],
  ['a body', post(1024 * 1024) + 'x'.repeat(1024 * 1024)],
  [
    'a body in pieces',
    `${post(0).replace('content-length: 0', 'transfer-encoding: chunked')}100000\r\n${'x'.repeat(1024 * 1024)}`,
  ],
])('closes a client that sends %s of 1 MiB, while it still sends', async (_sentence, text) => {
  const { connect, good } = await serve();
  const client = await connect();
  client.send(text);
  await client.closed;
  expect(await good()).toEqual(ok);
});

it.each<[string, string | Buffer, number, string]>([
  [
    'a header of 17 KiB',
    `GET /ok HTTP/1.1\r\nx: ${'y'.repeat(17_408)}`,
    431,
    'the head of the request is larger than 16 KiB',
  ],
  ['garbage', '\u0000\u0001\u0002 garbage\r\n\r\n', 400, 'this is no request of HTTP/1.1'],
  ['the hello of TLS', clientHello, 400, 'this is no request of HTTP/1.1'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'this is no request of HTTP/1.1'],
  ['no host', 'GET /ok HTTP/1.1\r\n\r\n', 400, 'a request of HTTP/1.1 names one host'],
  [
    'a body in chunks',
    `${post(0).replace('content-length: 0', 'transfer-encoding: chunked')}2\r\n{}\r\n`,
    411,
    'a request with a body has a content-length here',
  ],
])('says what is wrong with %s', async (_sentence, bytes, status, message) => {
  const { connect, good } = await serve();
  const client = await connect();
  client.send(bytes);
  expect(read(await client.closed)).toEqual({ status, body: { code: 'usage', message } });
  expect(await good()).toEqual(ok);
});

it('says so to a client that closes its half in the middle of its request', async () => {
  const { connect } = await serve();
  const client = await connect();
  client.socket.end('GET /ok HTTP/1.1\r\nho');
  expect(read(await client.closed)).toMatchObject({ status: 400 });
});

it('closes a client that closes its half without a word', async () => {
  const { connect } = await serve();
  const client = await connect();
  client.socket.end();
  expect(await client.closed).toBe('');
});

it('answers a client that has closed its half, however long the answer takes', async () => {
  const answer = Promise.withResolvers<{ status: number; body: unknown }>();
  const asked = Promise.withResolvers<void>();
  const slow = () => {
    asked.resolve();
    return answer.promise;
  };
  stopClock();
  const { connect, heard } = await serve({ routes: { 'POST /slow': slow } });
  const client = await connect();
  client.socket.end(`${post(2).replace('/echo', '/slow')}{}`);
  await once(client.socket, 'finish');
  await asked.promise;
  // One who came later comes to its end meanwhile.
  const later = await connect();
  await heard(2, 0);
  pass(wholeMs);
  await later.closed;
  answer.resolve({ status: 200, body: { done: 1 } });
  expect(read(await client.closed)).toEqual({ status: 200, body: { done: 1 } });
});

it('answers a whole request though garbage follows it', async () => {
  const { connect } = await serve();
  const client = await connect();
  client.send(`${get}\u0000garbage`);
  expect(read(await client.closed)).toEqual(ok);
});

it('answers the first of thousands of requests that come at once, and hears no other', async () => {
  let asked = 0;
  const count = () => {
    asked += 1;
    return { status: 200, body: {} };
  };
  const { connect, good } = await serve({ routes: { 'GET /count': count } });
  for (const version of ['1.1', '1.0']) {
    const client = await connect();
    const request = `GET /count HTTP/${version}\r\nhost: a\r\nconnection: keep-alive\r\n\r\n`;
    client.send(request.repeat(10_000));
    expect(await client.closed).toMatch(/^HTTP.*\{\}\n$/s);
  }
  expect(asked).toBe(2);
  expect(await good()).toEqual(ok);
});

it('sends one copy of an answer to all who do not read it, and closes them', async () => {
  const size = 16 * 1024 * 1024;
  const large = render({ status: 200, text: 'x'.repeat(size), type: 'text/plain' });
  let asked = 0;
  const count = () => {
    asked += 1;
    return large;
  };
  stopClock();
  const { connect, connections, good } = await serve({ routes: { 'GET /large': count } });
  const before = process.memoryUsage().arrayBuffers;
  const clients = await Promise.all(Array.from({ length: 100 }, connect));
  for (const client of clients) {
    client.socket.pause();
    client.send(get.replace('/ok', '/large'));
  }
  await waitUntil('all have asked', () => asked === 100 || null);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(6 * size);
  expect(await good()).toEqual(ok);
  pass(wholeMs);
  await waitUntil('all are closed', async () => (await connections()) === 0 || null);
});

it('closes the oldest client that is owed nothing when there are too many', async () => {
  const answer = Promise.withResolvers<{ status: number; body: unknown }>();
  const asked = Promise.withResolvers<void>();
  const slow = () => {
    asked.resolve();
    return answer.promise;
  };
  const { connect, good } = await serve({ limits: { mostConnections: 3 }, routes: { 'GET /slow': slow } });
  const patient = await connect();
  patient.send(get.replace('/ok', '/slow'));
  await asked.promise;
  const idle = [await connect(), await connect()];
  expect(await good()).toEqual(ok);
  expect(await idle[0]?.closed).toBe('');
  expect(idle[1]?.socket.destroyed).toBe(false);
  answer.resolve({ status: 200, body: { done: 1 } });
  expect(read(await patient.closed)).toEqual({ status: 200, body: { done: 1 } });
});

it('turns a newcomer away where all the others are owed an answer', async () => {
  const answer = Promise.withResolvers<{ status: number; body: unknown }>();
  let asked = 0;
  const slow = () => {
    asked += 1;
    return answer.promise;
  };
  const { connect } = await serve({ limits: { mostConnections: 2 }, routes: { 'GET /slow': slow } });
  const patient = [await connect(), await connect()];
  for (const client of patient) client.send(get.replace('/ok', '/slow'));
  await waitUntil('both have asked', () => asked === 2 || null);
  expect(await (await connect()).closed).toBe('');
  answer.resolve({ status: 200, body: {} });
  for (const client of patient) expect(read(await client.closed).status).toBe(200);
});

it('answers a good client while a thousand bad ones are there, and after them', async () => {
  const { connect, good } = await serve();
  const bad = await Promise.all(Array.from({ length: 1000 }, connect));
  expect(await good()).toEqual(ok);
  const deeds = [get, 'GET /ok HT', `${post(50_000)}x`, clientHello, '', '\r\n'.repeat(10_000)];
  for (const [index, client] of bad.entries()) {
    client.send(deeds[index % deeds.length] ?? '');
    if (index % 100 === 0) expect(await good()).toEqual(ok);
  }
  for (const { socket } of bad) socket.destroy();
  expect(await good()).toEqual(ok);
});
