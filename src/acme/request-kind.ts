/** What a request to a CA is for: the label of `certd_acme_requests_total` and of the bench's count. */
export type RequestKind =
  | 'directory'
  | 'nonce'
  | 'account'
  | 'key-change'
  | 'order'
  | 'authorization'
  | 'challenge'
  | 'finalize'
  | 'certificate'
  | 'revocation'
  | 'renewal-info';
