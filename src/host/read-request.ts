import type { Socket } from 'node:net';
import { type HttpHead, notHttp, type Refusal, readHttpHead, refusal } from './http-head.ts';

export type HttpRequest = HttpHead & { readonly body: Buffer };

/** In bytes. A body is left unread, and the request is whole without it, where `largestBody` is null. */
export type RequestLimits = { readonly largestHead: number; readonly largestBody: number | null };

/**
 * The first request of a connection; null where the client has left without a word. Reads nothing after it,
 * so that a client cannot make certd keep more than one request.
 */
export function readRequest(socket: Socket, limits: RequestLimits): Promise<HttpRequest | Refusal | null> {
  const { promise, resolve } = Promise.withResolvers<HttpRequest | Refusal | null>();
  let bytes: Buffer = Buffer.alloc(0);
  const end = (result: HttpRequest | Refusal | null) => {
    socket.off('data', take).pause();
    resolve(result);
  };
  const take = (piece: Buffer) => {
    // Most requests come in one piece.
    bytes = bytes.length === 0 ? piece : Buffer.concat([bytes, piece]);
    const found = requestIn(bytes, limits);
    if (found !== null) end(found);
  };
  socket.on('data', take);
  socket.once('end', () => end(bytes.length === 0 ? null : notHttp));
  socket.once('close', () => end(null));
  return promise;
}

/** Null while more of it is needed. */
function requestIn(bytes: Buffer, { largestHead, largestBody }: RequestLimits): HttpRequest | Refusal | null {
  // TLS and other protocols are told at once, not when time is up.
  if (!/^[A-Z]/.test(bytes.toString('latin1', 0, 1))) return notHttp;
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd > largestHead || (headEnd < 0 && bytes.length > largestHead)) {
    return refusal(431, `the head of the request is larger than ${largestHead / 1024} KiB`);
  }
  if (headEnd < 0) return null;
  const head = readHttpHead(bytes.toString('latin1', 0, headEnd));
  if ('refused' in head) return head;
  if (largestBody === null) return { ...head, body: Buffer.alloc(0) };
  if (head.bodyBytes > largestBody) {
    return refusal(413, `the body of the request is larger than ${largestBody / 1024} KiB`);
  }
  const body = bytes.subarray(headEnd + 4, headEnd + 4 + head.bodyBytes);
  return body.length < head.bodyBytes ? null : { ...head, body };
}
