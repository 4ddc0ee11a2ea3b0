import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { readUntil, takeBytes } from './read-stream.ts';

/** Where a TLS server is, and how TLS begins there. */
export type TlsAddress = {
  readonly port: number;
  readonly serverName: string;
  readonly host?: string;
  readonly starttls?: 'smtp' | 'postgres';
};

/** A completed handshake. Nothing is validated: the caller compares. */
export async function openTls(server: TlsAddress): Promise<TLSSocket> {
  const plain = connectPlain({ host: server.host ?? '127.0.0.1', port: server.port });
  try {
    await once(plain, 'connect', { signal: AbortSignal.timeout(5000) });
    if (server.starttls === 'smtp') await beginSmtp(plain);
    if (server.starttls === 'postgres') await beginPostgres(plain);
    const socket = connect({ socket: plain, servername: server.serverName, rejectUnauthorized: false });
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(5000) });
    return socket;
  } catch (thrown) {
    plain.destroy();
    throw thrown;
  }
}

/** RFC 3207. */
async function beginSmtp(socket: Socket): Promise<void> {
  await readUntil(socket, /^220 .*\r\n$/m);
  socket.write('EHLO client.test\r\n');
  await readUntil(socket, /^250 .*\r\n$/m);
  socket.write('STARTTLS\r\n');
  await readUntil(socket, /^220 .*\r\n$/m);
}

/** SSLRequest, https://www.postgresql.org/docs/current/protocol-message-formats.html */
async function beginPostgres(socket: Socket): Promise<void> {
  socket.write(Buffer.from('0000000804d2162f', 'hex'));
  const answer = String(await takeBytes(socket, 1));
  if (answer !== 'S') throw new Error(`PostgreSQL answered ${JSON.stringify(answer)} to a request for TLS`);
}
