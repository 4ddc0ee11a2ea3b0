import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export type TcpClient = {
  readonly socket: Socket;
  send(text: string): void;
  /** What came back so far. */
  received(): string;
  /** Everything that came back, once the other side has closed, in whatever way. */
  readonly closed: Promise<string>;
};

/** A client that speaks bytes. Resolves when it is connected, rejects as connect(2) does. */
export async function tcpClient(port: number, host = '127.0.0.1'): Promise<TcpClient> {
  const socket = connect(port, host);
  await once(socket, 'connect');
  let received = '';
  socket.setEncoding('utf8');
  socket.on('data', text => {
    received += text;
  });
  // Closing by a reset, while something is written, is closing too.
  socket.on('error', () => undefined);
  const closed = new Promise<string>(resolve => socket.once('close', () => resolve(received)));
  return { socket, send: text => void socket.write(text), received: () => received, closed };
}
