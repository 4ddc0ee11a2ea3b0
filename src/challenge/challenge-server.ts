import type { CertdError } from '../core/errors.ts';
import {
  type ClientLimits,
  type HttpAnswer,
  type OneRequestServer,
  oneRequestServer,
} from '../host/one-request-server.ts';
import type { HttpRequest } from '../host/request-reader.ts';

/** Key authorizations by token: what validators may read now. */
export type Answers = { get(token: string): string | undefined };

/**
 * An HTTP server, not yet listening, that answers GET and HEAD of the tokens in `answers` (RFC 8555 §8.3) and
 * 404 to everything else. It reads no body, and one request of a connection.
 */
export function challengeServer(
  answers: Answers,
  limits: ClientLimits,
  warn: (error: CertdError) => void,
): OneRequestServer {
  return oneRequestServer({
    answer: async request => {
      const found = answerTo(request, answers);
      return found === null ? notFound : text(200, 'application/octet-stream', found);
    },
    refuse: ({ refused, message }) => text(refused, 'text/plain', `${message}\n`),
    limits: { ...limits, largestHead: 8 * 1024, largestBody: null },
    warn,
  });
}

function answerTo({ method, path }: HttpRequest, answers: Answers): string | null {
  if (method !== 'GET' && method !== 'HEAD') return null;
  const token = /^\/\.well-known\/acme-challenge\/([A-Za-z0-9_-]+)$/.exec(path)?.[1];
  return token === undefined ? null : (answers.get(token) ?? null);
}

function text(status: number, type: string, body: string): HttpAnswer {
  return { status, type, bytes: Buffer.from(body) };
}

const notFound = text(404, 'text/plain', 'Nothing is here.\n');
