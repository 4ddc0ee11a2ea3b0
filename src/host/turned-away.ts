import type { Server } from 'node:net';
import { asCertdError, CertdError } from '../core/errors.ts';
import { listenText } from '../core/text/listen-address.ts';

/**
 * What accept(2) refused, in the operator's words: for example ENOBUFS, or a network error of the client's own
 * connection. Not EMFILE: at the limit of descriptors libuv accepts and closes, and nobody hears of it
 * (measured on Linux).
 */
export function turnedAway(server: Server, thrown: unknown): CertdError {
  const address = server.address();
  const listener = address === null || typeof address === 'string' ? address : listenText(address);
  const where = listener ?? 'a server that is closed';
  const message = `a client of ${where} was turned away: ${asCertdError(thrown).message}`;
  return new CertdError('client-turned-away', message, { facts: { listener }, cause: thrown });
}
