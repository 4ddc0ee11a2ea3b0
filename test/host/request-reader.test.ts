import { expect, it } from 'vitest';
import { requestReader } from '../../src/host/request-reader.ts';

const limits = { largestHead: 16_384, largestBody: 65_536 };
const post = (length: number, more = '') =>
  `POST /renew HTTP/1.1\r\nhost: a\r\n${more}content-length: ${length}\r\n\r\n`;

/** What is found, and after how many pieces. */
function readPieces(pieces: Iterable<string>, own: Parameters<typeof requestReader>[0] = limits) {
  const read = requestReader(own);
  let count = 0;
  for (const piece of pieces) {
    count += 1;
    const found = read(Buffer.from(piece, 'latin1'));
    if (found !== null) return { count, found };
  }
  return { count, found: null };
}

it.each([
  ['in one piece', [`${post(3)}abc`]],
  ['byte by byte', [...post(3), 'a', 'b', 'c']],
  ['with the head and the body apart', [post(3), 'abc']],
  ['with the end of the head in two pieces', [post(3).slice(0, -2), '\r\nab', 'c']],
  ['with more behind it', [`${post(3)}ab`, 'cGET / HTTP/1.1\r\n']],
])('reads a request %s', (_sentence, pieces) => {
  expect(readPieces(pieces)).toEqual({
    count: pieces.length,
    found: { method: 'POST', path: '/renew', bodyBytes: 3, body: Buffer.from('abc') },
  });
});

it('has read a request without a body at the end of its head', () => {
  expect(readPieces(['GET / HTTP/1.1\r\nhost: a\r\n\r\n', 'more'])).toEqual({
    count: 1,
    found: { method: 'GET', path: '/', bodyBytes: 0, body: Buffer.alloc(0) },
  });
});

it('leaves a body unread where none is wanted', () => {
  expect(readPieces([post(9_999_999)], { ...limits, largestBody: null })).toMatchObject({
    found: { bodyBytes: 9_999_999, body: Buffer.alloc(0) },
  });
});

it('refuses a head that is too large as soon as that is seen, and takes the largest', () => {
  const begin = 'GET / HTTP/1.1\r\nhost: a\r\nx: ';
  const largest = begin.padEnd(16_384, 'y');
  expect(readPieces([largest, '\r', '\n\r\n'])).toMatchObject({ count: 3, found: { path: '/' } });
  const refused = { refused: 431, message: 'the head of the request is larger than 16 KiB' };
  expect(readPieces([`${largest}y\r\n\r\n`])).toEqual({ count: 1, found: refused });
  expect(readPieces([...largest, ...'yyyyy'])).toEqual({ count: 16_388, found: refused });
});

it('refuses a body that is too large by its head alone, and takes the largest', () => {
  expect(readPieces([post(65_537)])).toEqual({
    count: 1,
    found: { refused: 413, message: 'the body of the request is larger than 64 KiB' },
  });
  expect(readPieces([post(65_536), 'x'.repeat(65_536)]).found).toMatchObject({ bodyBytes: 65_536 });
});

it('refuses other protocols at their first byte', () => {
  const refused = { refused: 400, message: 'this is no request of HTTP/1.1' };
  expect(readPieces(['\u0016'])).toEqual({ count: 1, found: refused });
});

it('reads the head once, not again for every byte of the body: that would take minutes', () => {
  const head = post(65_536, 'x:y\r\n'.repeat(3000));
  expect(readPieces([head, ...'z'.repeat(65_536)])).toMatchObject({
    count: 65_537,
    found: { body: Buffer.alloc(65_536, 'z') },
  });
});
