import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { CertdError } from '../../src/core/errors.ts';
import { closeServer } from '../../src/host/close-server.ts';
import { oneRequestServer } from '../../src/host/one-request-server.ts';
import { ownDir } from '../support/state-dir.ts';
import { tcpClient } from '../support/tcp-client.ts';
import { unixClient } from '../support/unix-client.ts';

function newServer() {
  const warnings: CertdError[] = [];
  const text = (status: number) => ({ status, type: 'text/plain', bytes: Buffer.from('x') });
  const server = oneRequestServer({
    answer: async () => text(200),
    refuse: ({ refused }) => text(refused),
    limits: { mostConnections: 10, wholeMs: 3_600_000, largestHead: 1024, largestBody: null },
    warn: error => warnings.push(error),
  });
  onTestFinished(() => closeServer(server));
  return { server, warnings };
}

const systemError = (syscall: string, code: string) =>
  Object.assign(new Error(`${syscall} ${code}`), { code, syscall });

async function portOf({ server }: ReturnType<typeof newServer>): Promise<number> {
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

it('goes on, with a warning, after a client that the system could not hand over', async () => {
  const { server, warnings } = newServer();
  const port = await portOf({ server, warnings });
  server.emit('error', systemError('accept', 'ENOBUFS'));
  expect(warnings).toMatchObject([
    {
      code: 'client-turned-away',
      message: `a client of 127.0.0.1:${port} was turned away: accept failed with ENOBUFS`,
      facts: { listener: `127.0.0.1:${port}` },
    },
  ]);
  const client = await tcpClient(port);
  client.send('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  expect(await client.closed).toMatch(/^HTTP\/1\.1 200 OK/);
});

it('does so on a Unix socket, too', async () => {
  const { server, warnings } = newServer();
  const path = join(ownDir(), 's.sock');
  server.listen(path);
  await once(server, 'listening');
  server.emit('error', systemError('accept', 'ENOBUFS'));
  expect(warnings.map(({ message }) => message)).toEqual([
    `a client of ${path} was turned away: accept failed with ENOBUFS`,
  ]);
  const client = await unixClient(path);
  client.send('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  expect(await client.closed).toMatch(/^HTTP\/1\.1 200 OK/);
});

it('leaves an error of listening to whoever has it listen', async () => {
  const port = await portOf(newServer());
  const second = newServer();
  second.server.listen({ host: '127.0.0.1', port });
  await expect(once(second.server, 'listening')).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect(second.warnings).toEqual([]);
  const third = newServer();
  third.server.listen({ host: '127.0.0.1', port });
  expect(third.server.listenerCount('error')).toBe(0);
  await expect(once(third.server, 'listening')).rejects.toThrow('EADDRINUSE');
});

it('closes at once, whoever is connected, and also where it has never listened', async () => {
  const { server, warnings } = newServer();
  await closeServer(server);
  const client = await tcpClient(await portOf({ server, warnings }));
  await closeServer(server);
  expect(await client.closed).toBe('');
  expect(server.listening).toBe(false);
});
