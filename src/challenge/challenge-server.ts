import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Millis } from '../core/model.ts';
import { guardConnections } from '../host/guard-connections.ts';

/** Key authorizations by token: what validators may read now. */
export type Answers = { get(token: string): string | undefined };

export type ServerLimits = { readonly mostConnections: number; readonly wholeMs: Millis };

/**
 * An HTTP server, not yet listening, that answers GET and HEAD of the tokens in `answers` (RFC 8555 §8.3) and
 * 404 to everything else. It reads no body, and one request of a connection.
 */
export function challengeServer(answers: Answers, limits: ServerLimits): Server {
  const server = createServer({ maxHeaderSize: 8 * 1024 });
  server.maxRequestsPerSocket = 1;
  guardConnections(server, limits);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const found = answerTo(request, answers);
    send(
      response,
      found === null ? notFound : { status: 200, type: 'application/octet-stream', body: found },
    );
  });
  return server;
}

const notFound = { status: 404, type: 'text/plain', body: 'Nothing is here.\n' };

function answerTo({ method, url }: IncomingMessage, answers: Answers): string | null {
  if (method !== 'GET' && method !== 'HEAD') return null;
  const token = /^\/\.well-known\/acme-challenge\/([A-Za-z0-9_-]+)$/.exec(url ?? '')?.[1];
  return token === undefined ? null : (answers.get(token) ?? null);
}

/** node:http leaves the body out of the answer to HEAD, and closes the connection where it says so. */
function send(response: ServerResponse, { status, type, body }: typeof notFound): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  response.end(body);
}
