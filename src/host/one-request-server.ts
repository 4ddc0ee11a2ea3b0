import { STATUS_CODES } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { CertdError } from '../core/errors.ts';
import type { Millis } from '../core/instant.ts';
import { type Refusal, refusal } from './http-head.ts';
import { readRequest } from './read-request.ts';
import type { HttpRequest, RequestLimits } from './request-reader.ts';
import { turnedAway } from './turned-away.ts';

/** An answer as it goes over the wire. Its bytes may be sent to any number of clients at once. */
export type HttpAnswer = {
  readonly status: number;
  readonly type: string;
  readonly bytes: Buffer;
  /** Other headers, for example `allow: GET`. */
  readonly headers?: readonly string[];
};

export type ClientLimits = {
  readonly mostConnections: number;
  /** What a client has to ask, and again to read the answer. */
  readonly wholeMs: Millis;
};

export type ServerLimits = RequestLimits & ClientLimits;

type Connection = {
  readonly socket: Socket;
  /** Who is at turn: the client to ask, we to answer, the client to read. */
  turn: 'ask' | 'answer' | 'read';
  deadline: NodeJS.Timeout;
};

export type OneRequestServer = Server & { closeAllConnections(): void };

type Rules = {
  /** Takes as long as it needs, and never rejects. */
  readonly answer: (request: HttpRequest) => Promise<HttpAnswer>;
  readonly refuse: (why: Refusal) => HttpAnswer;
  readonly limits: ServerLimits;
  /** Told of a client that could not be accepted; the server goes on. */
  readonly warn: (error: CertdError) => void;
};

/**
 * An HTTP server, not yet listening, that reads one request of each connection and no byte after it: out of
 * one packet node:http reads thousands, before it has answered the first. Each client has `wholeMs` to ask
 * and again to read; of more than `mostConnections` the oldest one that is owed no answer is closed.
 */
export function oneRequestServer(rules: Rules): OneRequestServer {
  const { mostConnections, wholeMs } = rules.limits;
  // In the order of their opening.
  const open = new Set<Connection>();
  const server = createServer({ allowHalfOpen: true }, socket => {
    const tooLate = () => send(connection, rules.refuse(refusal(408, 'the request took too long')), rules);
    const connection: Connection = { socket, turn: 'ask', deadline: setTimeout(tooLate, wholeMs) };
    open.add(connection);
    socket.once('close', () => {
      clearTimeout(connection.deadline);
      open.delete(connection);
    });
    // Whoever it was has left, and cannot be told.
    socket.on('error', () => socket.destroy());
    if (open.size > mostConnections) evict(open);
    void serve(connection, rules);
  });
  // An 'error' that nobody hears ends the process. Before this one, it is for whoever has called `listen`.
  server.once('listening', () => server.on('error', thrown => rules.warn(turnedAway(server, thrown))));
  const closeAllConnections = () => {
    for (const { socket } of open) socket.destroy();
  };
  return Object.assign(server, { closeAllConnections });
}

/** The newcomer is the last of them: it goes where all the others are owed an answer. */
function evict(open: Set<Connection>): void {
  for (const connection of open) {
    if (connection.turn === 'answer') continue;
    // Now, not at its 'close': the next newcomer must find another one.
    open.delete(connection);
    connection.socket.destroy();
    return;
  }
}

async function serve(connection: Connection, rules: Rules): Promise<void> {
  const { socket } = connection;
  const request = await readRequest(socket, rules.limits);
  if (request === null) {
    socket.destroy();
    return;
  }
  if ('refused' in request) {
    send(connection, rules.refuse(request), rules);
    return;
  }
  clearTimeout(connection.deadline);
  connection.turn = 'answer';
  const answered = await rules.answer(request);
  // RFC 9110 §9.3.2.
  send(connection, answered, rules, request.method !== 'HEAD');
}

function send(
  connection: Connection,
  { status, type, bytes, headers = [] }: HttpAnswer,
  { limits }: Rules,
  withBody = true,
): void {
  const { socket } = connection;
  clearTimeout(connection.deadline);
  if (socket.destroyed) return;
  connection.turn = 'read';
  connection.deadline = setTimeout(() => socket.destroy(), limits.wholeMs);
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `date: ${new Date().toUTCString()}`,
    `content-type: ${type}`,
    `content-length: ${bytes.length}`,
    'connection: close',
    ...headers,
  ];
  socket.cork();
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  if (withBody) socket.write(bytes);
  socket.destroySoon();
}
