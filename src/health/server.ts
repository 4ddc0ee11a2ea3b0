import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { asCertdError, CertdError } from '../core/errors.ts';
import { guardConnections, type Limits } from '../host/guard-connections.ts';
import { type Answer, errorAnswer, type Rendered, render } from './answer.ts';
import { jsonBody } from './json-body.ts';
import { refuse } from './refuse.ts';

type Handler = (body: unknown) => Answer | Rendered | Promise<Answer>;

/** `method path` to handler; `body` is the decoded JSON of a POST, null for a GET. A GET answers HEAD, too. */
export type Routes = Readonly<Record<string, Handler>>;

/**
 * An HTTP server for a Unix socket, one request a connection. It answers only its routes. Each client has
 * `wholeMs` to ask and as long again to read; of more than `mostConnections` the oldest idle one is closed.
 */
export function routeServer(
  routes: Routes,
  onDefect: (error: CertdError) => void,
  limits: Limits = { mostConnections: 256, wholeMs: 5000 },
): Server {
  const server = createServer(withoutLimits);
  guardConnections(server, limits);
  // Undocumented, and tested: without it a client that closes its half gets no answer that takes longer.
  Object.assign(server, { httpAllowHalfOpen: true });
  const begun = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (begun.has(request.socket)) {
      // Thousands fit into one packet, and each would be kept until the first one's answer has been read.
      request.socket.destroy();
      return;
    }
    begun.set(request.socket, response);
    answer(routes, request, response).then(
      result => send(response, result),
      (thrown: unknown) => {
        const error = asCertdError(thrown);
        if (error.code === 'internal-error') onDefect(error);
        send(response, errorAnswer(error));
      },
    );
  });
  server.on('clientError', (error, socket) => refuse(error, socket, begun.get(socket)));
  return server;
}

/** Node's own limits would wake certd every 30 s for ever; `guardConnections` keeps better ones. */
const withoutLimits = {
  requestTimeout: 0,
  headersTimeout: 0,
  connectionsCheckingInterval: 2 ** 31 - 1,
  // Node would refuse it without a body; `answer` does it.
  requireHostHeader: false,
};

async function answer(
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer | Rendered> {
  // RFC 9112 §3.2.
  if (request.httpVersion === '1.1' && request.headers.host === undefined) {
    throw new CertdError('usage', 'a request of HTTP/1.1 names a host');
  }
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

function send(response: ServerResponse, answered: Answer | Rendered): void {
  const { status, type, bytes } = 'bytes' in answered ? answered : render(answered);
  response.writeHead(status, {
    'content-type': type,
    'content-length': bytes.length,
    connection: 'close',
  });
  response.end(bytes);
}
