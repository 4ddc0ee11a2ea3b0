/** What a request to Pebble is for, in the words of RFC 8555 §7.1 and RFC 9773. */
export type CaRequest =
  | 'directory'
  | 'newNonce'
  | 'newAccount'
  | 'account'
  | 'newOrder'
  | 'order'
  | 'authorization'
  | 'challenge'
  | 'finalize'
  | 'certificate'
  | 'renewalInfo'
  | 'revokeCert'
  | 'keyChange';

const paths: readonly (readonly [string, CaRequest])[] = [
  ['/dir', 'directory'],
  ['/nonce-plz', 'newNonce'],
  ['/sign-me-up', 'newAccount'],
  ['/my-account/', 'account'],
  ['/order-plz', 'newOrder'],
  ['/my-order/', 'order'],
  ['/authZ/', 'authorization'],
  ['/chalZ/', 'challenge'],
  ['/finalize-order/', 'finalize'],
  ['/certZ/', 'certificate'],
  ['/draft-ietf-acme-ari-03/renewalInfo/', 'renewalInfo'],
  ['/revoke-cert', 'revokeCert'],
  ['/rollover-account-key', 'keyChange'],
];

/** By the path, with or without the identifier at its end; null for one that Pebble does not have. */
export function caRequestOf(path: string): CaRequest | null {
  const found = paths.find(([start]) => (start.endsWith('/') ? path.startsWith(start) : path === start));
  return found?.[1] ?? null;
}
