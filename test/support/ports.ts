import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** True in the network namespace that `scripts/in-netns` makes. */
export const inOwnNetwork = process.env['CERTD_NETNS'] === 'inside';

/** Different TCP ports of 127.0.0.1 that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map(server => once(server, 'listening')));
  const ports = servers.map(server => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
    return address.port;
  });
  await Promise.all(servers.map(server => once(server.close(), 'close')));
  return ports;
}

/** Whether nothing holds this UDP port of 127.0.0.1. */
export function udpPortIsFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  return new Promise(resolve => {
    socket.once('error', () => socket.close(() => resolve(false)));
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)));
  });
}
