import { openTls, type TlsAddress } from './servers/open-tls.ts';

/** The leaf that a server presents. All hex is lower case. */
export type PresentedLeaf = {
  readonly fingerprintSha256: string;
  readonly serial: string;
  readonly pem: string;
};

/** From a completed handshake. Nothing is validated: the caller compares. */
export async function presentedLeaf(server: TlsAddress): Promise<PresentedLeaf> {
  const socket = await openTls(server);
  try {
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
