import type { WebSide } from './challenge-answer.ts';

/** The servers whose configuration is read. */
export type ServerKind = 'nginx' | 'apache' | 'haproxy';

/** A certificate as a server's configuration has it, as it is written there. */
export type ConfiguredCertificate = {
  readonly certificate: string;
  /** Null: in the same file, or beside it. */
  readonly key: string | null;
  /** Apache's SSLCertificateChainFile. */
  readonly chain: string | null;
};

/** One TCP port that TLS is spoken on. */
export type TlsListen = {
  /** An IP address without brackets, or a host name; null: every IPv4 address. */
  readonly address: string | null;
  readonly port: number;
  /** It expects the PROXY protocol before TLS. */
  readonly proxyProtocol: boolean;
};

/** One TLS site: an nginx server block, an Apache virtual host, a HAProxy bind line with one of its certificates. */
export type TlsSite = {
  readonly server: ServerKind;
  /** `file:line`. */
  readonly place: string;
  /** As configured, in lower case, patterns included; empty where clients need not name it. */
  readonly names: readonly string[];
  readonly listens: readonly TlsListen[];
  readonly certificates: readonly ConfiguredCertificate[];
};

/**
 * What became of the look at one server. `gaps`: what of its configuration could not be understood, in words. `web`: how it
 * answers on port 80; null where doctor does not follow that.
 */
export type ServerLook = { readonly server: ServerKind } & (
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly words: string }
  | {
      readonly kind: 'read';
      readonly sites: readonly TlsSite[];
      readonly gaps: readonly string[];
      readonly web: WebSide | null;
    }
);
