import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { asCertdError, CertdError } from '../core/errors.ts';

/** What a route answers: a JSON body and its HTTP status. */
type Answer = { readonly status: number; readonly body: unknown };

type FullAnswer = Answer & { readonly allow?: string };

/** `method path` to handler; `body` is the decoded JSON of a POST, null for a GET. */
export type Routes = Readonly<Record<string, (body: unknown) => Answer | Promise<Answer>>>;

const largestBody = 64 * 1024;

/** An HTTP server for a Unix socket. It answers only its routes; slow, huge and idle clients are closed. */
export function routeServer(routes: Routes, onDefect: (error: CertdError) => void): Server {
  const server = createServer({ requestTimeout: 5000, headersTimeout: 5000, keepAliveTimeout: 1000 });
  server.maxConnections = 256;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer(routes, request).then(
      result => send(response, result),
      (thrown: unknown) => {
        const error = asCertdError(thrown);
        if (error.code === 'internal-error') onDefect(error);
        send(response, { status: statusOf(error), body: { code: error.code, message: error.message } });
      },
    );
  });
  return server;
}

async function answer(routes: Routes, request: IncomingMessage): Promise<FullAnswer> {
  const path = request.url?.split('?')[0] ?? '/';
  const handler = routes[`${request.method} ${path}`];
  if (handler !== undefined) return handler(request.method === 'POST' ? await jsonBody(request) : null);
  const body = { code: 'usage', message: `no ${request.method} ${path} here` };
  const methods = Object.keys(routes).flatMap(route => {
    const [method = '', known] = route.split(' ');
    return known === path ? [method] : [];
  });
  // RFC 9110 §15.5.6: a 405 says what is allowed.
  return methods.length === 0 ? { status: 404, body } : { status: 405, body, allow: methods.join(', ') };
}

async function jsonBody(request: IncomingMessage): Promise<unknown> {
  const text = await textBody(request);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CertdError('usage', 'the request is not JSON', { cause });
  }
}

async function textBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      if (!Buffer.isBuffer(chunk)) continue;
      size += chunk.length;
      if (size > largestBody) throw new CertdError('usage', 'the request is larger than 64 KiB');
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof CertdError) throw cause;
    // Nobody is left to read this; it only must not count as a defect of ours.
    throw new CertdError('usage', 'the client left in the middle of its request', { cause });
  }
  return Buffer.concat(chunks).toString('utf8');
}

function statusOf(error: CertdError): number {
  if (error.code === 'usage') return 400;
  return error.code === 'not-available-yet' ? 501 : 500;
}

function send(response: ServerResponse, { status, body, allow }: FullAnswer): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
    ...(allow === undefined ? {} : { allow }),
  });
  response.end(text);
}
