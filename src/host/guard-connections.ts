import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Millis } from '../core/model.ts';

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Its answer was complete and still on its way when the deadline came. */
  late: boolean;
};

type Connection = { readonly deadline: NodeJS.Timeout; readonly exchanges: Set<Exchange> };

/**
 * Closes each connection `wholeMs` after it was opened or its last answer was sent, whatever it does in
 * between, and the oldest one when there are more than `mostConnections`. Spared is one that has sent a
 * whole request and waits for our answer, however long that takes; a client that then does not read it is
 * closed within twice `wholeMs`. Node's own `headersTimeout` and `requestTimeout` are looked at only every
 * `connectionsCheckingInterval` (30 s), and its `maxConnections` turns the newcomer away.
 */
export function guardConnections(
  server: Server,
  limits: { readonly mostConnections: number; readonly wholeMs: Millis },
): void {
  // In the order of their opening.
  const open = new Map<Socket, Connection>();
  server.on('connection', (socket: Socket) => {
    const exchanges = new Set<Exchange>();
    const deadline = setTimeout(() => {
      if ([...exchanges].some(mayGoOn)) deadline.refresh();
      else socket.destroy();
    }, limits.wholeMs);
    open.set(socket, { deadline, exchanges });
    socket.once('close', () => {
      clearTimeout(deadline);
      open.delete(socket);
    });
    if (open.size > limits.mostConnections) evict(open);
  });
  // Before the handler, which may answer at once.
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = open.get(request.socket);
    if (connection === undefined) return;
    const exchange = { request, response, late: false };
    connection.exchanges.add(exchange);
    response.once('finish', () => connection.deadline.refresh());
    response.once('close', () => connection.exchanges.delete(exchange));
  });
}

/** The newcomer is the last of them: it goes where all the others wait for an answer. */
function evict(open: ReadonlyMap<Socket, Connection>): void {
  for (const [socket, { exchanges }] of open) {
    if ([...exchanges].some(isOwed)) continue;
    socket.destroy();
    return;
  }
}

function isOwed({ request, response }: Exchange): boolean {
  return request.complete && !response.writableEnded;
}

/** An answer that was completed just before the deadline gets the time to be sent, once. */
function mayGoOn(exchange: Exchange): boolean {
  if (isOwed(exchange)) return true;
  const wasLate = exchange.late;
  exchange.late = exchange.response.writableEnded;
  return exchange.late && !wasLate;
}
