import { createServer, type Server } from 'node:net';

/** Takes every connection and never writes a byte. */
export async function listenAndSayNothing() {
  const open = new Set<{ destroy(): void }>();
  const server: Server = createServer(socket => {
    open.add(socket);
    socket.on('error', () => open.delete(socket));
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
  return {
    port: address.port,
    connections: () => open.size,
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
