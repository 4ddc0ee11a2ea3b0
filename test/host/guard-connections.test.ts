import { EventEmitter, once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { expect, it, onTestFinished, vi } from 'vitest';
import { guardConnections } from '../../src/host/guard-connections.ts';
import { type TcpClient, tcpClient } from '../support/tcp-client.ts';

const never = 3_600_000;
const request = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';
const answer = expect.stringMatching(/^HTTP\/1\.1 200 OK\r\n/);

type Limits = { readonly mostConnections?: number; readonly wholeMs?: number };

/** A guarded server; `connect` resolves when the server has the connection, too. */
async function serve(limits: Limits, handler: RequestListener = (_, response) => void response.end('ok')) {
  const server = createServer(handler);
  guardConnections(server, { mostConnections: 100, wholeMs: never, ...limits });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise(done => server.close(done));
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const connect = async (): Promise<TcpClient> => {
    const accepted = once(server, 'connection');
    const client = await tcpClient(port);
    await accepted;
    return client;
  };
  return { server, connect };
}

/** What certd waits for passes when the test says so; sockets go on as ever. */
function takeTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

it('closes a connection that says nothing', async () => {
  const { connect } = await serve({ wholeMs: 30 });
  expect(await (await connect()).closed).toBe('');
});

it('closes a connection that goes on sending headers', async () => {
  const { connect } = await serve({ wholeMs: 60 });
  const client = await connect();
  client.send('GET / HTTP/1.1\r\n');
  const drip = setInterval(() => client.send('x: y\r\n'), 5);
  onTestFinished(() => clearInterval(drip));
  expect(await client.closed).toBe('');
});

it('closes a connection that goes on sending a body', async () => {
  const { connect } = await serve({ wholeMs: 60 }, message => void message.resume());
  const client = await connect();
  client.send('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\n');
  const drip = setInterval(() => client.send('x'), 5);
  onTestFinished(() => clearInterval(drip));
  expect(await client.closed).toBe('');
});

it('gives a kept connection its time anew with each answer, and no more', async () => {
  takeTimers();
  const answers = new EventEmitter();
  const { connect } = await serve({ wholeMs: 1000 }, (_, response) => {
    response.once('finish', () => answers.emit('sent'));
    response.end('ok');
  });
  const client = await connect();
  for (let round = 0; round < 3; round += 1) {
    vi.advanceTimersByTime(999);
    const sent = once(answers, 'sent');
    client.send(request);
    await sent;
  }
  vi.advanceTimersByTime(1000);
  expect((await client.closed).split('HTTP/1.1 200 OK').length - 1).toBe(3);
});

it('waits with a client for an answer of ours, however long it takes', async () => {
  takeTimers();
  const waiting = Promise.withResolvers<ServerResponse>();
  const { connect } = await serve({ wholeMs: 1000 }, (_, response) => waiting.resolve(response));
  const patient = await connect();
  patient.send(request);
  const response = await waiting.promise;
  vi.advanceTimersByTime(3_600_000);
  response.setHeader('connection', 'close');
  response.end('ok');
  expect(await patient.closed).toEqual(answer);
});

it('closes a client that does not read its answer, but not while it may just be late', async () => {
  takeTimers();
  const large = Buffer.alloc(32 * 1024 * 1024);
  const { connect, server } = await serve({ wholeMs: 1000 }, (_, response) => void response.end(large));
  const client = await connect();
  client.socket.pause();
  const came = once(server, 'request');
  client.send(request);
  const [{ socket }, response] = await came;
  vi.advanceTimersByTime(1999);
  expect(socket.destroyed).toBe(false);
  const closed = once(response, 'close');
  vi.advanceTimersByTime(1);
  await closed;
  expect(response.writableFinished).toBe(false);
});

it('lets a flood of idle connections lock nobody out', async () => {
  const { connect } = await serve({ mostConnections: 5 });
  const idle: TcpClient[] = [];
  for (let count = 0; count < 5; count += 1) idle.push(await connect());
  const client = await connect();
  client.send('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
  expect(await client.closed).toEqual(answer);
  expect(await idle[0]?.closed).toBe('');
  expect(idle.slice(1).map(({ socket }) => socket.destroyed)).toEqual([false, false, false, false]);
});

it('evicts nobody who waits for an answer, and rather turns the newcomer away', async () => {
  const waiting: ServerResponse[] = [];
  const { connect, server } = await serve({ mostConnections: 2 }, (_, response) => waiting.push(response));
  const patient: TcpClient[] = [];
  for (let count = 0; count < 2; count += 1) {
    const client = await connect();
    const came = once(server, 'request');
    client.send(request);
    await came;
    patient.push(client);
  }
  expect(await (await connect()).closed).toBe('');
  for (const response of waiting) response.setHeader('connection', 'close').end('ok');
  expect(await Promise.all(patient.map(({ closed }) => closed))).toEqual([answer, answer]);
});
