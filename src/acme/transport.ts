import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { SecureContext } from 'node:tls';
import { CertdError } from '../core/errors.ts';
import type { Millis } from '../core/instant.ts';
import { isStaleConnection, transportError } from './transport-error.ts';

export type HttpRequest = {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: string;
  /** A signed JWS; null for GET and HEAD. */
  readonly body: string | null;
  readonly followRedirects?: boolean;
};

export type HttpAnswer = {
  readonly status: number;
  /** Lower-case names; of a repeated header the first value. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type Transport = {
  /**
   * One request and its whole answer. Throws `ca-unreachable`, `ca-untrusted`, `ca-timeout`,
   * `ca-malformed`; an abort rejects with `stopped`. A POST is sent once: its nonce is spent
   * (RFC 8555 §6.5), so whoever signs must sign again.
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  /** Ends the kept-alive connections. */
  close(): void;
};

// A certificate chain is about 10 kB, a directory 2 kB.
const maxBodyBytes = 1024 * 1024;
const maxRedirects = 5;

/** HTTPS to one CA over its own kept-alive connections. `timeoutMs` bounds connecting and the whole answer. */
export function openTransport(options: {
  readonly trust: SecureContext;
  readonly userAgent: string;
  readonly timeoutMs: Millis;
}): Transport {
  const agent = new Agent({
    keepAlive: true,
    // Below what servers and NAT tables keep an idle connection for, so that a dead one is rarely used.
    timeout: 15_000,
    maxSockets: 16,
    secureContext: options.trust,
    // Node gives up the first address family after 250 ms, which a far CA needs for one round trip.
    autoSelectFamilyAttemptTimeout: 2_500,
  });
  const once = (url: URL, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> => {
    const headers = headersOf(request, options.userAgent);
    const { timeoutMs } = options;
    return exchange(url, { method: request.method, agent, headers }, request.body, { signal, timeoutMs });
  };
  return {
    async send(request, signal) {
      const url = httpsUrl(request.url);
      return request.followRedirects === true
        ? follow(url, request, signal, once)
        : attempt(url, request, signal, once);
    },
    close: () => agent.destroy(),
  };
}

type Once = (url: URL, request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;

/** A server may close an idle connection at the moment that we use it: only GET and HEAD are then repeated. */
async function attempt(url: URL, request: HttpRequest, signal: AbortSignal, once: Once): Promise<HttpAnswer> {
  try {
    return await once(url, request, signal);
  } catch (error) {
    if (request.method === 'POST' || !isStaleConnection(error)) throw error;
    return await once(url, request, signal);
  }
}

async function follow(
  start: URL,
  request: HttpRequest,
  signal: AbortSignal,
  once: Once,
): Promise<HttpAnswer> {
  let url = start;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const answer = await attempt(url, request, signal, once);
    const location = answer.headers['location'];
    if (answer.status < 300 || answer.status > 399 || location === undefined) return answer;
    url = httpsUrl(location, url);
  }
  throw new CertdError('ca-malformed', `${start.href} redirects more than ${maxRedirects} times.`);
}

function exchange(
  url: URL,
  options: RequestOptions,
  body: string | null,
  limits: { signal: AbortSignal; timeoutMs: Millis },
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let connected = false;
    let answer: HttpAnswer | null = null;
    const deadline = AbortSignal.timeout(limits.timeoutMs);
    const signal = AbortSignal.any([limits.signal, deadline]);
    const request = httpsRequest(url, { ...options, signal });
    const fail = (error: unknown) => {
      // What happens to the connection afterwards takes no answer away.
      if (answer !== null) return resolve(answer);
      const { reusedSocket } = request;
      const timedOut = deadline.aborted ? limits.timeoutMs : null;
      reject(
        transportError(error, { url, reusedSocket, connected, timedOut, stopped: limits.signal.aborted }),
      );
    };
    // An upgrade (101) ends it with neither an answer nor an error, and no signal reaches it from then on.
    const closed = () => {
      if (answer === null)
        fail(new CertdError('ca-malformed', `${url.host} closed the request without an answer.`));
    };
    request.on('error', fail);
    request.once('close', closed);
    request.once('socket', socket => {
      if (request.reusedSocket) connected = true;
      else socket.once('secureConnect', () => (connected = true));
    });
    request.once('response', response => {
      // The request may close first, while the end of the response is still to be read.
      request.off('close', closed);
      response.once('close', closed);
      if (isHeadOfOpenConnection(options.method, response)) request.shouldKeepAlive = true;
      response.on('error', fail);
      onWholeBody(response, url, text => {
        const { statusCode: status = 0 } = response;
        const whole = { status, headers: plainHeaders(response.headers), body: text };
        answer = whole;
        // Node may hear that the request went out only after the whole answer came (TLS says so in the next turn
        // of the loop). The connection is free from then on: whoever asks before opens another.
        if (request.closed) resolve(whole);
        else request.once('close', () => resolve(whole));
      });
    });
    request.end(body ?? undefined);
  });
}

function onWholeBody(response: IncomingMessage, { href }: URL, whole: (body: string) => void): void {
  let size = 0;
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBodyBytes) chunks.push(chunk);
    else response.destroy(new CertdError('ca-malformed', `${href} answers with more than 1 MiB.`));
  });
  response.once('end', () => whole(Buffer.concat(chunks).toString('utf8')));
}

/**
 * A HEAD answer often names no length (Go's servers leave it out of newNonce), and Node then takes the end of
 * the connection for the end of the answer and closes it. There is no body to wait for (RFC 9112 §6.3).
 */
function isHeadOfOpenConnection(
  method: string | undefined,
  { headers, httpVersion }: IncomingMessage,
): boolean {
  return method === 'HEAD' && httpVersion === '1.1' && !/\bclose\b/i.test(headers.connection ?? '');
}

function headersOf(request: HttpRequest, userAgent: string): Record<string, string | number> {
  const common = { 'user-agent': userAgent, accept: '*/*' };
  if (request.body === null) return common;
  return {
    ...common,
    'content-type': 'application/jose+json',
    'content-length': Buffer.byteLength(request.body),
  };
}

function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) plain[name] = first;
  }
  return plain;
}

function httpsUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (url?.protocol === 'https:') return url;
  throw new CertdError('ca-malformed', `The CA names a URL that is not https: ${text.slice(0, 200)}`);
}
