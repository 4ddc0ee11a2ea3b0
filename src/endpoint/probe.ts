import { createHash } from 'node:crypto';
import type { LookupFunction, Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Presented } from '../core/deploy/presented.ts';
import type { Endpoint } from '../core/endpoint.ts';
import { asCertdError, CertdError } from '../core/errors.ts';
import type { Millis } from '../core/instant.ts';
import { handshake, type Shaken } from '../x509/handshake.ts';
import { type Conversation, converse } from './conversation.ts';
import { dial } from './dial.ts';
import { proxyHeader } from './proxy-header.ts';
import { startTlsByImap } from './starttls-imap.ts';
import { startTlsByPostgres } from './starttls-postgres.ts';
import { startTlsBySmtp } from './starttls-smtp.ts';

type With = {
  /** The roots that count, and what the client offers (`x509/key-algorithms.ts`). */
  readonly trust: SecureContext;
  /** The system’s resolver, for as long as somebody waits for it. */
  readonly lookups: (limit: AbortSignal) => { readonly lookup: LookupFunction };
};

/** Longer than a busy server takes; postscreen lets a client wait for six seconds. */
const mostMs: Millis = 10_000;

/**
 * One look at an endpoint: connect, shake hands as a client of the certificate's key type would, leave. Takes ten
 * seconds at most, and no longer than the endpoint's own limit. What the other side says is believed in nothing.
 * Throws `stopped` alone, where `signal` is aborted.
 */
export async function probe(
  endpoint: Endpoint,
  { trust, lookups }: With,
  signal: AbortSignal,
): Promise<Presented> {
  const limitMs = Math.min(endpoint.timeoutMs, mostMs);
  const deadline = AbortSignal.timeout(limitMs);
  const limit = AbortSignal.any([signal, deadline]);
  let socket: Socket | null = null;
  let step = 'no TCP connection';
  try {
    socket = await dial(endpoint, lookups(limit).lookup, limit);
    step = `no way to TLS by ${endpoint.starttls}`;
    await prepare(endpoint, socket);
    step = 'no TLS handshake';
    const presented = presentedBy(await handshake(socket, { host: endpoint.serverName, trust }));
    if (presented.kind === 'leaf' || !limit.aborted) return presented;
  } catch (thrown) {
    const error = asCertdError(thrown);
    if (!limit.aborted) {
      if (error.code !== 'endpoint-unreachable') throw thrown;
      return { kind: 'none', detail: error.message };
    }
  } finally {
    socket?.destroy();
  }
  if (signal.aborted) throw new CertdError('stopped', 'certd is being stopped');
  return { kind: 'none', detail: `${step} within ${limitMs / 1000} s` };
}

/** What is said before TLS. */
async function prepare({ starttls, proxyProtocol }: Endpoint, socket: Socket): Promise<void> {
  if (proxyProtocol !== null) socket.write(proxyHeader(proxyProtocol, socket));
  if (starttls === null) return;
  const talk = converse(socket);
  await begin(starttls, talk, socket.localAddress ?? '127.0.0.1');
  talk.end();
}

function begin(protocol: NonNullable<Endpoint['starttls']>, talk: Conversation, from: string): Promise<void> {
  if (protocol === 'smtp') return startTlsBySmtp(talk, from);
  return protocol === 'imap' ? startTlsByImap(talk) : startTlsByPostgres(talk);
}

function presentedBy(shaken: Shaken): Presented {
  if (shaken.kind === 'failed') {
    const { words, code } = shaken.fault;
    return { kind: 'none', detail: `${words} (${code})` };
  }
  const { leaf, fault } = shaken;
  const notAfter = leaf.validToDate.getTime();
  if (!Number.isFinite(notAfter)) return { kind: 'none', detail: 'it presents a certificate without an end' };
  return { kind: 'leaf', fingerprintSha256: sha256(leaf.raw), notAfter, fault };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
