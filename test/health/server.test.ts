import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CertdError } from '../../src/core/errors.ts';
import { listenOnSocket } from '../../src/health/listen.ts';
import { routeServer } from '../../src/health/server.ts';
import type { OneRequestServer } from '../../src/host/one-request-server.ts';

let dir = '';
let path = '';
let server: OneRequestServer;
const defects: CertdError[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'certd-server-'));
  path = join(dir, 's.sock');
  server = routeServer(
    {
      'GET /ok': () => ({ status: 200, body: { word: 'grüß' } }),
      'GET /defect': () => {
        throw new TypeError('x is no function');
      },
      'GET /later': () => {
        throw new CertdError('not-available-yet', 'not built');
      },
      'GET /disk': () => {
        throw new CertdError('disk-full', 'no space');
      },
      'GET /text': () => ({ status: 200, text: 'up 1\n', type: 'text/plain; version=0.0.4; charset=utf-8' }),
      'POST /echo': body => ({ status: 200, body: { body } }),
    },
    error => defects.push(error),
  );
  await listenOnSocket(server, path, 0o600);
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise(done => server.close(done));
  rmSync(dir, { recursive: true });
});

/** Sends text as it is, and returns everything that comes back until the server closes. */
function send(text: string, then: (socket: Socket) => void = () => undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ path, allowHalfOpen: true }, () => {
      socket.write(text);
      then(socket);
    });
    socket.setEncoding('utf8');
    socket.on('data', piece => {
      answer += piece;
    });
    socket.on('error', reject);
    socket.on('end', () => {
      socket.end();
      resolve(answer);
    });
  });
}

function request(line: string, body = ''): string {
  return `${line} HTTP/1.1\r\nhost: certd\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

async function ask(line: string, body = ''): Promise<{ status: number; body: unknown; head: string }> {
  const answer = await send(request(line, body));
  const [head = '', text = ''] = answer.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), body: text === '' ? null : JSON.parse(text), head };
}

it('answers a route with JSON, its length in bytes, and closes', async () => {
  const { status, body, head } = await ask('GET /ok');
  expect({ status, body }).toEqual({ status: 200, body: { word: 'grüß' } });
  expect(head.toLowerCase()).toContain('content-type: application/json; charset=utf-8');
  expect(head.toLowerCase()).toContain('content-length: 18');
  expect(head.toLowerCase()).toContain('connection: close');
});

it('answers a route with a text of another type', async () => {
  const answer = await send(request('GET /text'));
  expect(answer).toMatch(/\r\n\r\nup 1\n$/);
  expect(answer.toLowerCase()).toContain('content-type: text/plain; version=0.0.4; charset=utf-8\r\n');
  expect(answer.toLowerCase()).toContain('content-length: 5\r\n');
});

it.each(['/ok', '/text', '/nothing', '/later'])('answers HEAD %s as GET, without the body', async path => {
  const dateless = (text: string) => text.replace(/^date: .*\r\n/im, '');
  const [head = ''] = (await send(request(`GET ${path}`))).split('\r\n\r\n');
  const answer = await send(request(`HEAD ${path}`));
  expect(dateless(answer)).toBe(dateless(`${head}\r\n\r\n`));
});

it.each([
  ['a query after the path changes nothing', 'GET /ok?pretty=1', 200],
  ['an unknown path is 404', 'GET /nothing', 404],
  ['the root is 404', 'GET /', 404],
  ['the path of a route, but longer, is 404', 'GET /ok/', 404],
  ['a word of the prototype is 404', 'GET /__proto__', 404],
  ['another method is 405', 'DELETE /ok', 405],
  ['a POST to what is only read is 405', 'POST /ok', 405],
  ['a GET of what only takes POST is 405', 'GET /echo', 405],
  ['what is not built yet is 501', 'GET /later', 501],
  ['a failing disk is 500', 'GET /disk', 500],
])('%s', async (_sentence, line, status) => {
  expect((await ask(line)).status).toBe(status);
});

it('says in the body what was wrong, and with 405 what is allowed', async () => {
  expect((await ask('GET /nothing')).body).toEqual({ code: 'usage', message: 'no GET /nothing here' });
  expect((await ask('GET /disk')).body).toEqual({ code: 'disk-full', message: 'no space' });
  expect((await ask('PUT /echo')).head.toLowerCase()).toMatch(/^allow: post\r?$/m);
  expect((await ask('PUT /ok')).head.toLowerCase()).toMatch(/^allow: get, head\r?$/m);
});

it('a defect is a 500 and is reported once; what is no defect is not', async () => {
  defects.length = 0;
  const { status, body } = await ask('GET /defect');
  expect(status).toBe(500);
  expect(body).toEqual({ code: 'internal-error', message: 'x is no function' });
  await ask('GET /disk');
  await ask('GET /nothing');
  expect(defects.map(({ code, message }) => [code, message])).toEqual([
    ['internal-error', 'x is no function'],
  ]);
});

it('hands a body over as what its JSON says', async () => {
  expect(await ask('POST /echo', '{"names":["ä"]}')).toMatchObject({
    status: 200,
    body: { body: { names: ['ä'] } },
  });
});

it.each([
  ['an empty body', ''],
  ['half an object', '{"names":'],
  ['no JSON at all', 'names=a'],
])('%s is 400', async (_sentence, text) => {
  expect(await ask('POST /echo', text)).toMatchObject({
    status: 400,
    body: { code: 'usage', message: 'the request is not JSON' },
  });
});

it('a body of 64 KiB is taken, one byte more is 413 with the reason', async () => {
  const sized = (size: number) => `"${'x'.repeat(size - 2)}"`;
  expect((await ask('POST /echo', sized(65_536))).status).toBe(200);
  expect(await ask('POST /echo', sized(65_537))).toMatchObject({
    status: 413,
    body: { code: 'usage', message: 'the body of the request is larger than 64 KiB' },
  });
});

it('a body in chunks is 411: nobody needs one here', async () => {
  const chunked =
    'POST /echo HTTP/1.1\r\nhost: certd\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n';
  expect(await send(chunked)).toMatch(/^HTTP\/1\.1 411 .*content-length/s);
});

it.each([
  ['garbage', 'this is no HTTP\r\n\r\n'],
  ['the hello of TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n'],
  [
    'two different lengths',
    'POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}',
  ],
  ['a request without a host', 'GET /ok HTTP/1.1\r\n\r\n'],
  ['a header without an end', `GET /ok HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`],
])('%s is refused and the server goes on', async (_sentence, text) => {
  expect(await send(text)).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect((await ask('GET /ok')).status).toBe(200);
});

it('a client that closes its half after the request gets its answer', async () => {
  expect(await send(request('GET /ok'), socket => socket.end())).toMatch(/^HTTP\/1\.1 200 /);
});

it('a client that leaves in the middle of its body harms nobody and is no defect', async () => {
  defects.length = 0;
  const closed = new Promise(done => server.once('connection', socket => socket.once('close', done)));
  const begun = new Promise<void>(done =>
    server.once('connection', socket => socket.once('data', () => done())),
  );
  const client = connect(path);
  client.write('POST /echo HTTP/1.1\r\nhost: certd\r\ncontent-length: 100\r\n\r\n{');
  await begun;
  client.destroy();
  await closed;
  expect((await ask('GET /ok')).status).toBe(200);
  expect(defects).toEqual([]);
});
