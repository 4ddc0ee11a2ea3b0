import { X509Certificate } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { checkServerIdentity, connect, type SecureContext, type TLSSocket } from 'node:tls';
import { isAddress } from '../core/text/ip-address.ts';
import { type Fault, faultOf } from './fault.ts';
import { withMissingIssuer } from './missing-issuer.ts';

/** What a TLS client insists on. */
export type Expected = {
  /** A DNS name, or an IP address as text: that is checked too, but no client names it in the handshake (RFC 6066 §3). */
  readonly host: string;
  /** The roots that count. */
  readonly trust: SecureContext;
};

/** How a handshake ended. */
export type Shaken =
  /** The server has proved that the leaf is its own. `fault`: why a client turns it away all the same. */
  | { readonly kind: 'completed'; readonly leaf: X509Certificate; readonly fault: Fault | null }
  | { readonly kind: 'failed'; readonly fault: Fault };

/**
 * One whole TLS handshake as a client, over whatever leads to a server. The stream is closed afterwards. Node has no
 * other path validation: this one is OpenSSL's, with the purpose of a TLS server and the real clock. A server that
 * completes it only with a certificate of the client's counts as one that does.
 */
export function handshake(stream: Duplex, { host, trust }: Expected): Promise<Shaken> {
  const named = isAddress(host) ? { host } : { servername: host };
  return new Promise(resolve => {
    const client = connect({ socket: stream, secureContext: trust, rejectUnauthorized: false, ...named });
    let early: Shaken | null = null;
    const settle = (shaken: Shaken) => {
      resolve(shaken);
      client.destroy();
    };
    const failed = (error: object): Shaken => ({ kind: 'failed', fault: faultOf(error, host) });
    // The keys are made right after the server has shown its certificate and signed with it, which is the last moment to
    // see it in TLS 1.2 where the client is refused for having none. Nobody looks at the keys themselves.
    client.on('keylog', () => {
      early ??= client.getProtocol() === 'TLSv1.2' ? seenEarly(client, host) : null;
    });
    client.once('secureConnect', () => settle(seen(client, codeOf(client.authorizationError), host)));
    client.on('error', error => settle((wantsCertificate(error) ? early : null) ?? failed(error)));
    client.once('close', () => settle(failed({ code: 'ECONNRESET' })));
  });
}

/** How servers refuse a client without a certificate: by the book (RFC 8446 §6.2), and in TLS 1.2 as they like. */
function wantsCertificate(error: object): boolean {
  return /_ALERT_(?:CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE)$/.test(codeOf(error) ?? '');
}

/** What Node says of a finished handshake, of one that is not: the path's error first, then that of the names. */
function seenEarly(client: TLSSocket, host: string): Shaken | null {
  const handle: unknown = Reflect.get(client, '_handle');
  // Not documented; where it is gone one day, such a server counts as unreachable, and a test says so.
  if (typeof handle !== 'object' || handle === null || !('verifyError' in handle)) return null;
  if (typeof handle.verifyError !== 'function') return null;
  const error: unknown =
    handle.verifyError() ?? checkServerIdentity(host, client.getPeerCertificate(true)) ?? null;
  return seen(client, codeOf(error), host);
}

function seen(client: TLSSocket, code: string | null, host: string): Shaken {
  // `getPeerX509Certificate` takes the leaf out of what OpenSSL has, and whoever asks next gets the wrong one.
  const peer = client.getPeerCertificate(true);
  const leaf = new X509Certificate(peer.raw);
  const fault = code === null ? null : withMissingIssuer(faultOf({ code }, host), peer);
  return { kind: 'completed', leaf, fault };
}

/** Node gives errors, and of those that it keeps the code alone. */
function codeOf(error: unknown): string | null {
  if (typeof error === 'string') return error;
  if (typeof error !== 'object' || error === null) return null;
  return 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
