import { expect, it } from 'vitest';
import { readHttpHead } from '../../src/host/http-head.ts';

const head = (...lines: readonly string[]) => readHttpHead(lines.join('\r\n'));
const notHttp = { refused: 400, message: 'this is no request of HTTP/1.1' };

it.each([
  ['GET /status HTTP/1.1', '/status'],
  ['GET /status?pretty=1&x HTTP/1.1', '/status'],
  ['GET http://certd/status?x HTTP/1.1', '/status'],
  ['GET HTTP://certd HTTP/1.1', ''],
  ['GET * HTTP/1.1', '*'],
])('reads the path of %s', (line, path) => {
  expect(head(line, 'host: certd')).toEqual({ method: 'GET', path, bodyBytes: 0 });
});

it.each([
  ['host: a', 'Content-Length: 12'],
  ['HOST:a', 'content-length:\t12 \t'],
  ['host:', 'x-y_z!: any "ä" \u00ff text: too', 'Content-length: 0012'],
])('reads the length of the body from %j', (...lines) => {
  expect(head('POST /renew HTTP/1.1', ...lines)).toEqual({ method: 'POST', path: '/renew', bodyBytes: 12 });
});

it.each([
  [''],
  ['GET'],
  ['GET /'],
  ['get / HTTP/1.1'],
  ['GET  / HTTP/1.1'],
  ['GET / HTTP/1.1 '],
  ['GET / HTTP/2.0'],
  ['GET / HTTP/1.2'],
  ['GET /a b HTTP/1.1'],
  ['GET /ä HTTP/1.1'],
  ['GET / HTTP/1.1\n'],
])('refuses %j as a first line', line => {
  expect(head(line, 'host: a')).toEqual(notHttp);
});

it.each([
  ['no colon', 'x'],
  ['no name', ': x'],
  ['a space before the colon', 'x : y'],
  ['a line that goes on', ' folded'],
  ['a bare line feed', 'x: y\nz: w'],
  ['a bare carriage return', 'x: y\rz'],
  ['a NUL', 'x: \u0000'],
  ['an empty line', ''],
  ['a length that is no number', 'content-length: 1e3'],
  ['a length with a sign', 'content-length: +1'],
  ['a length below nothing', 'content-length: -1'],
  ['an empty length', 'content-length:'],
  ['a blank about a length that HTTP does not know', 'content-length: 1\u00a0'],
  ['a list of lengths', 'content-length: 1, 1'],
  ['an endless length', `content-length: ${'9'.repeat(16)}`],
])('refuses a header with %s', (_sentence, line) => {
  expect(head('GET / HTTP/1.1', 'host: a', line)).toEqual(notHttp);
});

it('refuses two lengths, though they are equal', () => {
  expect(head('GET / HTTP/1.1', 'host: a', 'content-length: 1', 'Content-Length: 1')).toEqual(notHttp);
});

it('wants one host, and none in HTTP/1.0', () => {
  const refused = { refused: 400, message: 'a request of HTTP/1.1 names one host' };
  expect(head('GET / HTTP/1.1')).toEqual(refused);
  expect(head('GET / HTTP/1.1', 'host: a', 'Host: a')).toEqual(refused);
  expect(head('GET / HTTP/1.0')).toEqual({ method: 'GET', path: '/', bodyBytes: 0 });
});

it('reads no body in chunks', () => {
  const refused = { refused: 411, message: 'a request with a body has a content-length here' };
  expect(head('POST / HTTP/1.1', 'host: a', 'Transfer-Encoding: chunked')).toEqual(refused);
  expect(head('POST / HTTP/1.1', 'host: a', 'content-length: 1', 'transfer-encoding: x')).toEqual(refused);
});

it('reads a line of blanks in one go: with steps back over it, this would take most of a minute', () => {
  const blanks = ' \t'.repeat(65_000);
  expect(head('GET / HTTP/1.1', 'host: a', `x:${blanks}\u0001`)).toEqual(notHttp);
  expect(head('GET / HTTP/1.1', 'host: a', `content-length:${blanks}x${blanks}`)).toEqual(notHttp);
  expect(head('GET / HTTP/1.1', 'host: a', `content-length:${blanks}7${blanks}`)).toMatchObject({
    bodyBytes: 7,
  });
  expect(head(`GET /${blanks} HTTP/1.1`, 'host: a')).toEqual(notHttp);
});

it('reads a hundred thousand equal names as fast as different ones', () => {
  const equal = Array.from({ length: 100_000 }, () => 'x:');
  expect(head('GET / HTTP/1.1', 'host: a', ...equal)).toEqual({ method: 'GET', path: '/', bodyBytes: 0 });
});
