import { asCertdError, CertdError } from '../core/errors.ts';
import {
  type HttpAnswer,
  type OneRequestServer,
  oneRequestServer,
  type ServerLimits,
} from '../host/one-request-server.ts';
import type { HttpRequest } from '../host/request-reader.ts';
import { type Answer, render, renderError, renderRefusal } from './answer.ts';

/** `body` is the decoded JSON of a POST, null for a GET. */
type Handler = (body: unknown) => Answer | HttpAnswer | Promise<Answer>;

/** `method path` to handler. What answers GET answers HEAD, too. */
export type Routes = Readonly<Record<string, Handler>>;

const usualLimits: ServerLimits = {
  mostConnections: 256,
  wholeMs: 5000,
  largestHead: 16 * 1024,
  largestBody: 64 * 1024,
};

/**
 * An HTTP server for a Unix socket, not yet listening. It answers its routes and nothing else; `report` is told of
 * defects and of clients that were turned away.
 */
export function routeServer(
  routes: Routes,
  report: (error: CertdError) => void,
  limits: ServerLimits = usualLimits,
): OneRequestServer {
  const answer = async (request: HttpRequest): Promise<HttpAnswer> => {
    try {
      return await answerTo(request, routes);
    } catch (thrown) {
      const error = asCertdError(thrown);
      if (error.code === 'internal-error') report(error);
      return renderError(error);
    }
  };
  return oneRequestServer({ answer, refuse: renderRefusal, limits, warn: report });
}

async function answerTo(request: HttpRequest, routes: Routes): Promise<HttpAnswer> {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const handler = routes[`${method} ${request.path}`];
  if (handler !== undefined) {
    const answer = await handler(method === 'POST' ? jsonOf(request.body) : null);
    return 'bytes' in answer ? answer : render(answer);
  }
  const body = { code: 'usage', message: `no ${method} ${request.path} here` };
  const methods = methodsOf(routes, request.path);
  if (methods.length === 0) return render({ status: 404, body });
  // RFC 9110 §15.5.6: a 405 says what is allowed.
  return { ...render({ status: 405, body }), headers: [`allow: ${methods.join(', ')}`] };
}

function methodsOf(routes: Routes, path: string): readonly string[] {
  return Object.keys(routes).flatMap(route => {
    const [method = '', known] = route.split(' ');
    if (known !== path) return [];
    return method === 'GET' ? ['GET', 'HEAD'] : [method];
  });
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new CertdError('usage', 'the request is not JSON', { cause });
  }
}
