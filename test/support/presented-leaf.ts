import { once } from 'node:events';
import { connect } from 'node:tls';

/** The leaf that a server presents. All hex is lower case. */
export type PresentedLeaf = {
  readonly fingerprintSha256: string;
  readonly serial: string;
  readonly pem: string;
};

/** From a completed handshake. Nothing is validated: the caller compares. */
export async function presentedLeaf(server: {
  readonly port: number;
  readonly serverName: string;
  readonly host?: string;
}): Promise<PresentedLeaf> {
  const socket = connect({
    host: server.host ?? '127.0.0.1',
    port: server.port,
    servername: server.serverName,
    rejectUnauthorized: false,
  });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(5000) });
    const leaf = socket.getPeerX509Certificate();
    if (leaf === undefined) throw new Error(`${server.serverName}:${server.port} presented no certificate`);
    return {
      fingerprintSha256: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
      serial: leaf.serialNumber.toLowerCase(),
      pem: leaf.toString(),
    };
  } finally {
    socket.destroy();
  }
}
