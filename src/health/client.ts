import { connect } from 'node:net';
import { CertdError, systemErrorOf } from '../core/errors.ts';
import type { Millis } from '../core/instant.ts';
import { checkSocketPath } from './socket-path.ts';

type Request = {
  readonly socket: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: unknown;
  /** For the whole answer, however it trickles. Null: as long as the daemon needs, while it keeps the connection open. */
  readonly timeoutMs: Millis | null;
};

const largestAnswer = 64 * 1024 * 1024;

/**
 * Asks a certd socket and returns status and decoded body. HTTP/1.1 by hand over node:net, because node:http
 * triples the start of the command line. Throws `daemon-dead` where nobody listens, `daemon-silent` after
 * the timeout, `permission-denied` without the right to connect, `config-invalid` for a path that is too long.
 */
export async function askDaemon(
  request: Request,
): Promise<{ readonly status: number; readonly body: unknown }> {
  checkSocketPath(request.socket);
  const answer = await exchange(request);
  const split = answer.indexOf('\r\n\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1];
  if (split < 0 || status === undefined)
    throw new CertdError('daemon-silent', 'the daemon broke off its answer');
  try {
    return { status: Number(status), body: JSON.parse(answer.slice(split + 4)) };
  } catch (cause) {
    throw new CertdError('daemon-silent', 'the daemon broke off its answer', { cause });
  }
}

function exchange({ socket, method, path, body, timeoutMs }: Request): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const text = body === null ? '' : JSON.stringify(body);
  const chunks: Buffer[] = [];
  let size = 0;
  const connection = connect(socket, () => {
    connection.write(
      `${method} ${path} HTTP/1.1\r\nhost: certd\r\nconnection: close\r\n` +
        `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    );
  });
  if (timeoutMs !== null) {
    const late = () => new CertdError('daemon-silent', `no answer on ${socket} within ${timeoutMs / 1000} s`);
    const timer = setTimeout(() => connection.destroy(late()), timeoutMs);
    connection.once('close', () => clearTimeout(timer));
  }
  connection.on('data', chunk => {
    size += chunk.length;
    chunks.push(chunk);
    if (size > largestAnswer) connection.destroy(new CertdError('daemon-silent', 'the answer has no end'));
  });
  connection.once('error', thrown => reject(connectionError(thrown, socket)));
  connection.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
  return promise;
}

function connectionError(thrown: unknown, socket: string): unknown {
  const code = systemErrorOf(thrown)?.code;
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') {
    return new CertdError('daemon-dead', `no daemon answers on ${socket}`, { cause: thrown });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new CertdError('permission-denied', `this user may not connect to ${socket}`, { cause: thrown });
  }
  if (code === 'EAGAIN') {
    // unix(7): the queue of connections is full, because nobody takes them out of it.
    return new CertdError('daemon-silent', `the daemon on ${socket} accepts nobody`, { cause: thrown });
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return new CertdError('daemon-silent', `the daemon on ${socket} broke off`, { cause: thrown });
  }
  return thrown;
}
