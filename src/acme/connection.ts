import { readFile } from 'node:fs/promises';
import { asCertdError, CertdError } from '../core/errors.ts';
import type { Millis } from '../core/instant.ts';
import type { Clock } from '../core/ports.ts';
import { type Answer, answerOf } from './answer.ts';

import { skewOf } from './clock-skew.ts';
import { type Directory, decodeDirectory } from './decode.ts';
import { openDirectoryCache } from './directory-cache.ts';

import { type Nonces, openNonces } from './nonces.ts';
import { refusal } from './problem.ts';
import type { RequestKind } from './request-kind.ts';
import { singleFlight } from './single-flight.ts';
import { type HttpRequest, openTransport, type Transport } from './transport.ts';
import { trustContext } from './trust.ts';

/** Everything below the account: the way to one CA, its directory and its nonces. */
export type Connection = {
  readonly nonces: Nonces;
  /** From memory, while it may be kept. */
  directory(signal: AbortSignal): Promise<Directory>;
  /** A nonce from the pool, else from newNonce (RFC 8555 §7.2). */
  takeNonce(signal: AbortSignal): Promise<string>;
  /** Sends and counts one request. Any HTTP status is an answer. */
  send(kind: RequestKind, request: HttpRequest, signal: AbortSignal): Promise<Answer>;
  close(): void;
};

export type ConnectionOptions = {
  readonly directoryUrl: string;
  readonly trustFile: string | null;
  readonly userAgent: string;
  readonly timeoutMs: Millis;
  readonly clock: Clock;
  readonly onRequest: (kind: RequestKind) => void;
};

/** Opens nothing yet: the trust store is read and the CA is spoken to at the first request. */
export function openConnection(options: ConnectionOptions): Connection {
  const nonces = openNonces(options.clock.now);
  let transport: Transport | null = null;
  const cache = openDirectoryCache(options.clock.now);
  const open = singleFlight(() => openWithTrust(options));

  const send: Connection['send'] = async (kind, request, signal) => {
    transport ??= await open();
    options.onRequest(kind);
    const answer = answerOf(await transport.send(request, signal));
    cache.note(request.url, answer.status);
    return answer;
  };
  // Many orders begin at once, and a CA that does not answer is to be asked once for all of them.
  const fetched = singleFlight(async (signal: AbortSignal) => {
    const answer = await fetchDirectory(options, send, signal);
    const directory = decodeDirectory(answer.data);
    if (skewOf(answer, options.clock.now()) !== null) await checkClock(directory, options, send, signal);
    cache.keep(directory, answer.headers['cache-control']);
    return directory;
  });

  return {
    nonces,
    send,
    directory: async signal => cache.known() ?? (await fetched(signal)),
    async takeNonce(signal) {
      return (
        nonces.take() ?? (await fetchNonce((await this.directory(signal)).newNonce, options, send, signal))
      );
    },
    close: () => transport?.close(),
  };
}

async function openWithTrust(options: ConnectionOptions): Promise<Transport> {
  const { trustFile, userAgent, timeoutMs } = options;
  const trust = trustContext(trustFile === null ? null : await readTrust(trustFile));
  return openTransport({ trust, userAgent, timeoutMs });
}

async function readTrust(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { message } = asCertdError(error);
    throw new CertdError('ca-untrusted', `The file of \`trust\` cannot be read: ${message}`, {
      cause: error,
    });
  }
}

async function fetchDirectory(
  options: ConnectionOptions,
  send: Connection['send'],
  signal: AbortSignal,
): Promise<Answer> {
  const request = { method: 'GET', url: options.directoryUrl, body: null, followRedirects: true } as const;
  const answer = await send('directory', request, signal);
  if (answer.status !== 200) throw refusal(answer, 'directory', options.clock.now());
  return answer;
}

/**
 * With a wrong clock nothing is ordered. A cache may have kept the directory, and the Date of its time with it, so that
 * a nonce decides, which none keeps (RFC 8555 §7.2).
 */
async function checkClock(
  { newNonce }: Directory,
  options: ConnectionOptions,
  send: Connection['send'],
  signal: AbortSignal,
): Promise<void> {
  const answer = await askNonce(newNonce, options, send, signal);
  const error = skewOf(answer, options.clock.now());
  if (error !== null) throw error;
}

async function fetchNonce(
  url: string,
  options: ConnectionOptions,
  send: Connection['send'],
  signal: AbortSignal,
): Promise<string> {
  const { headers } = await askNonce(url, options, send, signal);
  const nonce = headers['replay-nonce'];
  if (nonce === undefined) throw new CertdError('ca-malformed', 'The CA’s newNonce answers without a nonce.');
  return nonce;
}

async function askNonce(
  url: string,
  options: ConnectionOptions,
  send: Connection['send'],
  signal: AbortSignal,
): Promise<Answer> {
  const answer = await send('nonce', { method: 'HEAD', url, body: null }, signal);
  if (answer.status >= 400) throw refusal(answer, 'nonce', options.clock.now());
  return answer;
}
