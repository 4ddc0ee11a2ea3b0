import type { OneRequestServer } from './one-request-server.ts';

/** Frees the port or the path at once: nobody who is still connected is waited for. */
export async function closeServer(server: OneRequestServer): Promise<void> {
  server.closeAllConnections();
  if (!server.listening) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  await promise;
}
