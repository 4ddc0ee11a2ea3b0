import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { asCertdError, CertdError } from '../core/errors.ts';

/** What a route answers: a JSON body and its HTTP status. */
type Answer = { readonly status: number; readonly body: unknown };

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

async function answer(routes: Routes, request: IncomingMessage): Promise<Answer> {
  const path = request.url?.split('?')[0] ?? '/';
  const handler = routes[`${request.method} ${path}`];
  if (handler === undefined) {
    const known = Object.keys(routes).some(route => route.endsWith(` ${path}`));
    return {
      status: known ? 405 : 404,
      body: { code: 'usage', message: `no ${request.method} ${path} here` },
    };
  }
  return handler(request.method === 'POST' ? await jsonBody(request) : null);
}

async function jsonBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > largestBody) throw new CertdError('usage', 'the request is larger than 64 KiB');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw new CertdError('usage', 'the request is not JSON', { cause });
  }
}

function statusOf(error: CertdError): number {
  if (error.code === 'usage') return 400;
  return error.code === 'not-available-yet' ? 501 : 500;
}

function send(response: ServerResponse, { status, body }: Answer): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  });
  response.end(text);
}
