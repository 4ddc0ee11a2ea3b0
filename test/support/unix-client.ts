import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export type UnixClient = {
  readonly socket: Socket;
  send(bytes: string | Buffer): void;
  /** Everything that came back, once the other side has closed, in whatever way. */
  readonly closed: Promise<string>;
};

/** A client that speaks bytes and keeps its half open until the other side has closed. */
export async function unixClient(path: string): Promise<UnixClient> {
  const socket = connect({ path, allowHalfOpen: true });
  await once(socket, 'connect');
  let received = '';
  socket.setEncoding('utf8');
  socket.on('data', text => {
    received += text;
  });
  // A connection may also be closed by a reset, while it is written to.
  socket.on('error', () => undefined);
  socket.on('end', () => socket.end());
  const closed = new Promise<string>(resolve => socket.once('close', () => resolve(received)));
  return { socket, send: bytes => void socket.write(bytes), closed };
}
