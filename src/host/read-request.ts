import type { Socket } from 'node:net';
import { type HttpHead, notHttp, type Refusal, readHttpHead, refusal } from './http-head.ts';

export type HttpRequest = HttpHead & { readonly body: Buffer };

export const largestHead = 16 * 1024;

/**
 * The first request of a connection; null where the client has left without a word. Reads nothing after it,
 * so that a client cannot make certd keep more than one request.
 */
export function readRequest(socket: Socket, largestBody: number): Promise<HttpRequest | Refusal | null> {
  const { promise, resolve } = Promise.withResolvers<HttpRequest | Refusal | null>();
  let bytes: Buffer = Buffer.alloc(0);
  const end = (result: HttpRequest | Refusal | null) => {
    socket.off('data', take).pause();
    resolve(result);
  };
  const take = (piece: Buffer) => {
    // Most requests come in one piece.
    bytes = bytes.length === 0 ? piece : Buffer.concat([bytes, piece]);
    const found = requestIn(bytes, largestBody);
    if (found !== null) end(found);
  };
  socket.on('data', take);
  socket.once('end', () => end(bytes.length === 0 ? null : notHttp));
  socket.once('close', () => end(null));
  return promise;
}

/** Null while more of it is needed. */
function requestIn(bytes: Buffer, largestBody: number): HttpRequest | Refusal | null {
  // TLS and other protocols are told at once, not when time is up.
  if (!/^[A-Z]/.test(bytes.toString('latin1', 0, 1))) return notHttp;
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd > largestHead || (headEnd < 0 && bytes.length > largestHead)) {
    return refusal(431, 'the head of the request is larger than 16 KiB');
  }
  if (headEnd < 0) return null;
  const head = readHttpHead(bytes.toString('latin1', 0, headEnd));
  if ('refused' in head) return head;
  if (head.bodyBytes > largestBody) {
    return refusal(413, `the body of the request is larger than ${largestBody / 1024} KiB`);
  }
  const body = bytes.subarray(headEnd + 4, headEnd + 4 + head.bodyBytes);
  return body.length < head.bodyBytes ? null : { ...head, body };
}
