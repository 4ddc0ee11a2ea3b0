import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';

/** A server that speaks whatever `talk` says, on a free port; gone with its connections when the test ends. */
export async function tcpServer(talk: (socket: Socket) => void, host = '127.0.0.1'): Promise<number> {
  const server = createServer(socket => {
    socket.on('error', () => {});
    talk(socket);
  });
  return listening(server, host);
}

/** A TLS server on a free port; gone with its connections when the test ends. */
export async function tlsServer(options: TlsOptions, host = '127.0.0.1'): Promise<number> {
  return listening(
    createTlsServer(options).on('tlsClientError', () => {}),
    host,
  );
}

/** From here on the connection is one of TLS. */
export function startTls(socket: Socket, served: { readonly cert: string; readonly key: string }): void {
  const secure = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(served) });
  secure.on('error', () => {});
}

/** Puts a server on a free port; gone with its connections when the test ends. */
export async function listening(server: Server, host: string): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', socket => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await once(server.listen(0, host), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
  return address.port;
}
