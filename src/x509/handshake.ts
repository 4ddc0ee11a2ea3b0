import type { Duplex } from 'node:stream';
import { connect, type SecureContext } from 'node:tls';
import { isAddress } from '../core/ip-address.ts';

/** What a TLS client insists on. */
export type Expected = {
  /** A DNS name, or an IP address as text: that is checked too, but no client names it in the handshake (RFC 6066 §3). */
  readonly host: string;
  /** The roots that count. */
  readonly trust: SecureContext;
};

/** Why a client turns a server away: OpenSSL's or Node's own code, and what it means. */
export type Fault = { readonly code: string; readonly words: string };

/**
 * One whole TLS handshake as a client, over whatever leads to a server; null where it succeeds. The stream is
 * closed afterwards. Node has no other path validation: this one is OpenSSL's, with the purpose of a TLS server and
 * the real clock.
 */
export function handshake(stream: Duplex, { host, trust }: Expected): Promise<Fault | null> {
  const named = isAddress(host) ? { host } : { servername: host };
  return new Promise(resolve => {
    const client = connect({ socket: stream, secureContext: trust, ...named });
    const settle = (fault: Fault | null) => {
      resolve(fault);
      client.destroy();
    };
    client.once('secureConnect', () => settle(null));
    client.on('error', error => settle(faultOf(error, host)));
    client.once('close', () => settle(faultOf({ code: 'ECONNRESET' }, host)));
  });
}

/** `error`: what node:tls reported. */
export function faultOf(error: object, host: string): Fault {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return { code, words: `it is not for ${host}` };
  return { code, words: words.get(code) ?? 'no TLS client gets through to it' };
}

/** X509_V_ERR_* as Node names them, and what the server's side refuses to load. */
const words: ReadonlyMap<string, string> = new Map([
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'no trusted root signed the leaf, and no intermediate certificate came with it',
  ],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'the chain leads to no trusted root'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'the chain leads to no trusted root'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'the root at the end of the chain is not trusted'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate is signed by nobody but itself'],
  ['CERT_SIGNATURE_FAILURE', 'a signature in the chain is wrong'],
  ['CERT_HAS_EXPIRED', 'a certificate of the chain, or its root, has expired'],
  ['CERT_NOT_YET_VALID', 'a certificate of the chain is not valid yet by the clock of this host'],
  ['INVALID_PURPOSE', 'a certificate of the chain is not allowed for TLS servers (extended key usage)'],
  ['INVALID_CA', 'a certificate that signed another one is no CA certificate'],
  ['PATH_LENGTH_EXCEEDED', 'the chain is longer than one of its CA certificates allows'],
  ['CA_MD_TOO_WEAK', 'a signature in the chain uses a digest that is no longer accepted'],
  ['CA_KEY_TOO_SMALL', 'a CA certificate has a key that is too small'],
  ['EE_KEY_TOO_SMALL', 'the key is too small'],
  ['ERR_OSSL_X509_KEY_VALUES_MISMATCH', 'the private key does not belong to the leaf'],
]);
