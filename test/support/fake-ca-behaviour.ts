import { randomBytes } from 'node:crypto';

/** A reply instead of the right one. `silence` never answers, `reset` cuts the connection. */
export type Canned =
  | 'silence'
  | 'reset'
  | { status: number; headers?: Record<string, string>; body?: string };

export type Resource =
  | 'dir'
  | 'nonce'
  | 'new-account'
  | 'account'
  | 'key-change'
  | 'new-order'
  | 'order'
  | 'authz'
  | 'challenge'
  | 'finalize'
  | 'cert'
  | 'revoke'
  | 'ari'
  | 'moved';

/** How the fake misbehaves; a test changes it at any time. */
export type Behaviour = {
  /** Replies instead of the right one where it returns something; `count` is 1 at the first request of a kind. */
  intercept: (resource: Resource, count: number, method: string) => Canned | null;
  /** Cuts the connection after the request has had its effect. */
  dropAnswer: (resource: Resource) => boolean;
  /** Good nonces that are refused. */
  badNonces: number;
  sendNonces: boolean;
  /** The Date of an answer; null: it has none. */
  date: (resource: Resource) => string | null;
  directory: Record<string, unknown>;
  /** Whether newAccount needs an external account binding; `meta` of the directory says nothing of it by itself. */
  eabRequired: boolean;
  /** MAC keys in base64url by key identifier; each is good for one account. */
  eabKeys: Map<string, string>;
  challengeTypes: readonly string[];
  token: () => string;
  /** Domains whose new authorizations are valid at once. */
  preauthorized: readonly string[];
  /** What the validation finds: null for success. `keyAuthorization` is what must be presented. */
  validate: (
    domain: string,
    token: string,
    keyAuthorization: string,
  ) => { name: string; detail: string } | null;
  /** Looks at the order before a finished validation shows. */
  readyLag: number;
  /** Finalize requests that get `orderNotReady`. */
  finalizeLag: number;
  /** Looks at the order before the certificate is there; 0: finalize answers `valid`. */
  processingPolls: number;
  retryAfter: string | null;
  certificate: (chainPem: string) => string;
  /** The other chains for a certificate, each made of the default one. */
  alternates: readonly ((chainPem: string) => string)[];
  /** Link fields of a certificate's answer; `urls` are those of its alternates. */
  links: (urls: readonly string[]) => readonly string[];
  /** Null: it is revoked. */
  revoke: (by: 'account' | 'certificate') => { name: string; detail: string } | null;
  renewalInfo: () => { status?: number; headers?: Record<string, string>; body: string };
};

/** What RFC 8555 asks for. */
export function wellBehaved(base: string): Behaviour {
  return {
    intercept: () => null,
    dropAnswer: () => false,
    badNonces: 0,
    sendNonces: true,
    date: () => null,
    directory: {
      newNonce: `${base}/nonce`,
      newAccount: `${base}/new-account`,
      newOrder: `${base}/new-order`,
      renewalInfo: `${base}/ari`,
      revokeCert: `${base}/revoke`,
      keyChange: `${base}/key-change`,
      meta: null,
      'xYz random': 'https://community.example/why-is-this-here',
    },
    eabRequired: false,
    eabKeys: new Map(),
    challengeTypes: ['dns-01', 'http-01', 'unheard-of-02'],
    token: () => randomBytes(16).toString('base64url'),
    preauthorized: [],
    validate: () => null,
    readyLag: 0,
    finalizeLag: 0,
    processingPolls: 1,
    retryAfter: null,
    certificate: chain => chain,
    alternates: [],
    links: urls => urls.map(url => `<${url}>;rel="alternate"`),
    revoke: () => null,
    renewalInfo: () => ({ status: 404, body: '' }),
  };
}
