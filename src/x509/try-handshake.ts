import { constants } from 'node:crypto';
import { duplexPair } from 'node:stream';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { type Fault, faultOf } from './fault.ts';
import { type Expected, handshake } from './handshake.ts';

/** What a server would present. Leaf first; unencrypted PKCS#8. */
export type Served = { readonly fullchainPem: string; readonly keyPem: string };

/**
 * Whether TLS clients would accept a server with this chain and key: a handshake in memory. Null where they would.
 * Takes the processor for three milliseconds, ten with RSA-4096.
 */
export async function tryHandshake(served: Served, expected: Expected): Promise<Fault | null> {
  const loaded = load(served, expected.host);
  if ('fault' in loaded) return loaded.fault;
  const [near, far] = duplexPair();
  const server = new TLSSocket(near, { isServer: true, secureContext: loaded.context });
  // What fails here, the client is told by an alert, and tells.
  server.on('error', () => {});
  try {
    return (await handshake(far, expected)).fault;
  } finally {
    server.destroy();
    near.destroy();
  }
}

function load(
  { fullchainPem, keyPem }: Served,
  host: string,
): { readonly context: SecureContext } | { readonly fault: Fault } {
  try {
    const context = createSecureContext({
      cert: fullchainPem,
      key: keyPem,
      // Else OpenSSL would complete a chain that lacks something, which a web server might not.
      ca: [],
      // How keys are agreed on says nothing of the certificate: the quickest ways, and nothing for later.
      ecdhCurve: 'X25519:P-256',
      secureOptions: constants.SSL_OP_NO_TICKET,
    });
    return { context };
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { fault: faultOf(error, host) };
    throw error;
  }
}
