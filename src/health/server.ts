import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { asCertdError, CertdError } from '../core/errors.ts';
import { type Answer, errorAnswer, type Rendered, render } from './answer.ts';

type Handler = (body: unknown) => Answer | Rendered | Promise<Answer>;

/** `method path` to handler; `body` is the decoded JSON of a POST, null for a GET. A GET answers HEAD, too. */
export type Routes = Readonly<Record<string, Handler>>;

const largestBody = 64 * 1024;

/** An HTTP server for a Unix socket. It answers only its routes; slow, huge and idle clients are closed. */
export function routeServer(routes: Routes, onDefect: (error: CertdError) => void): Server {
  const server = createServer({ requestTimeout: 5000, headersTimeout: 5000, keepAliveTimeout: 1000 });
  server.maxConnections = 256;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer(routes, request, response).then(
      result => send(response, result),
      (thrown: unknown) => {
        const error = asCertdError(thrown);
        if (error.code === 'internal-error') onDefect(error);
        send(response, errorAnswer(error));
      },
    );
  });
  return server;
}

async function answer(
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer | Rendered> {
  const path = request.url?.split('?')[0] ?? '/';
  // RFC 9110 §9.3.2: HEAD is GET without the body, which node:http leaves out.
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const handler = routes[`${method} ${path}`];
  if (handler !== undefined) return handler(method === 'POST' ? await jsonBody(request) : null);
  const body = { code: 'usage', message: `no ${method} ${path} here` };
  const methods = methodsOf(routes, path);
  if (methods.length === 0) return { status: 404, body };
  // RFC 9110 §15.5.6: a 405 says what is allowed.
  response.setHeader('allow', methods.join(', '));
  return { status: 405, body };
}

function methodsOf(routes: Routes, path: string): readonly string[] {
  return Object.keys(routes).flatMap(route => {
    const [method = '', known] = route.split(' ');
    if (known !== path) return [];
    return method === 'GET' ? ['GET', 'HEAD'] : [method];
  });
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

function send(response: ServerResponse, answered: Answer | Rendered): void {
  const { status, type, bytes } = 'bytes' in answered ? answered : render(answered);
  response.writeHead(status, {
    'content-type': type,
    'content-length': bytes.length,
    connection: 'close',
  });
  response.end(bytes);
}
