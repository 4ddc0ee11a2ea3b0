import type { Instant, Millis } from './instant.ts';

/** Where a server must present a certificate, as declared under `deploy.verify`. */
export type Endpoint = {
  /** As declared: its name for people. */
  readonly connect: string;
  /** A host name or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** What the handshake asks for (SNI) and the leaf must name: a DNS name (A-labels) or an IP address. */
  readonly serverName: string;
  /** How long to wait until the new certificate is presented. */
  readonly timeoutMs: Millis;
  readonly starttls: 'smtp' | 'imap' | 'postgres' | null;
  readonly proxyProtocol: 'v1' | 'v2' | null;
  /** `remote`: something beside this host has a part in it. It warns, and never rolls anything back. */
  readonly source: 'local' | 'remote';
};

/**
 * What an endpoint presents. `match`: the expected leaf, with all that clients need. `untrusted`: the expected leaf, and
 * clients turn it away. `stale`: another leaf. `unreachable`: no handshake. `unverified`: no handshake, before the deploy
 * neither. `unchecked`: nobody has looked.
 */
export const servedStates = [
  'match',
  'stale',
  'untrusted',
  'unreachable',
  'unverified',
  'unchecked',
] as const;

export type ServedState = (typeof servedStates)[number];

/** What one look at an endpoint has shown. */
export type ServedRecord = {
  /** `connect` and `serverName` of the endpoint: together they name it. */
  readonly connect: string;
  readonly serverName: string;
  readonly state: ServedState;
  /** What is wrong, in words; null for `match`. */
  readonly detail: string | null;
  /** Of the leaf that it presented, lower-case hex; null where it presented none. */
  readonly fingerprintSha256: string | null;
  /** End of that leaf. */
  readonly notAfter: Instant | null;
  readonly checkedAt: Instant;
  /** When it was seen in this state first, of those looks in a row. */
  readonly since: Instant;
};
