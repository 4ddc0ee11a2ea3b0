import type { Socket } from 'node:net';
import { notHttp, type Refusal } from './http-head.ts';
import { type HttpRequest, type RequestLimits, requestReader } from './request-reader.ts';

/**
 * The first request of a connection; null where the client has left without a word. Reads nothing after it,
 * so that a client cannot make certd keep more than one request.
 */
export function readRequest(socket: Socket, limits: RequestLimits): Promise<HttpRequest | Refusal | null> {
  const { promise, resolve } = Promise.withResolvers<HttpRequest | Refusal | null>();
  const read = requestReader(limits);
  let silent = true;
  const end = (result: HttpRequest | Refusal | null) => {
    socket.off('data', take).pause();
    resolve(result);
  };
  const take = (piece: Buffer) => {
    silent = false;
    const found = read(piece);
    if (found !== null) end(found);
  };
  socket.on('data', take);
  socket.once('end', () => end(silent ? null : notHttp));
  socket.once('close', () => end(null));
  return promise;
}
