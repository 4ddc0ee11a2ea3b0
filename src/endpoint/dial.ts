import { connect, type LookupFunction, type Socket } from 'node:net';
import type { Endpoint } from '../core/endpoint.ts';
import { faultOf } from '../x509/fault.ts';
import { unreachable } from './unreachable.ts';

/** Of a name with several addresses the next is tried after so long; Node's quarter of a second is too short for far ones. */
const nextAddressMs = 1000;

/** A TCP connection; once `limit` is aborted it is closed, whatever is going on there. Throws `endpoint-unreachable`. */
export function dial(
  { host, port }: Pick<Endpoint, 'host' | 'port'>,
  lookup: LookupFunction,
  limit: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      lookup: host === 'localhost' ? loopback : lookup,
      autoSelectFamilyAttemptTimeout: nextAddressMs,
    });
    const close = () => void socket.destroy();
    if (limit.aborted) close();
    limit.addEventListener('abort', close, { once: true });
    // It stays: what ends the connection later is told by whoever reads there.
    socket.on('error', error => reject(refusal(error, host)));
    socket.once('connect', () => resolve(socket));
    socket.once('close', () => {
      limit.removeEventListener('abort', close);
      reject(unreachable('the connection was closed'));
    });
  });
}

/** RFC 6761 §6.3: no resolver is needed for it, and so none can be in the way. */
const loopback: LookupFunction = (_host, { all }, answer) => {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  if (all === true) answer(null, addresses);
  else answer(null, '127.0.0.1', 4);
};

/** Of several addresses that of the first. */
function refusal(error: Error, host: string): Error {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { words, code } = faultOf(first instanceof Error ? first : error, host);
  return unreachable(`${words} (${code})`);
}
