/** Why a client turns a server away: OpenSSL's or Node's own code, and what it means. */
export type Fault = { readonly code: string; readonly words: string };

/** `error`: what node:tls or node:net reported. */
export function faultOf(error: object, host: string): Fault {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return { code, words: `it is not for ${host}` };
  return { code, words: words.get(code) ?? 'no TLS client gets through to it' };
}

/** X509_V_ERR_* as Node names them, what the server's side refuses to load, what a server answers, and how connections end. */
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
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'what answers there does not speak TLS'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'what answers there does not speak TLS'],
  ['ERR_SSL_HTTP_REQUEST', 'what answers there does not speak TLS'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'the server knows only versions of TLS that clients have given up'],
  [
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    'the server knows only versions of TLS that clients have given up',
  ],
  [
    'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    'the server shares no way with the client: it may have no certificate with a key of this type',
  ],
  ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'the server failed: its key may be one that it cannot use'],
  ['ERR_SSL_TLSV1_UNRECOGNIZED_NAME', 'the server has no certificate for this name'],
  ['ECONNRESET', 'the connection was closed before the handshake was complete'],
  ['EPIPE', 'the connection was closed before the handshake was complete'],
  ['ECONNREFUSED', 'nothing listens there'],
  ['ETIMEDOUT', 'nothing answers there'],
  ['EHOSTUNREACH', 'no way leads there'],
  ['ENETUNREACH', 'no way leads there'],
  ['EADDRNOTAVAIL', 'this host has no address to connect from'],
  ['ENOTFOUND', 'there is no address for this name'],
  ['EAI_AGAIN', 'the resolver does not answer'],
]);
