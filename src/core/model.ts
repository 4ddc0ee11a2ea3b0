import type { ErrorCode } from './catalogue.ts';
import type { Command, DeployChoice, DeployState, OutputFile } from './deploy/deploy-model.ts';
import type { ServedRecord } from './endpoint.ts';
import type { HostSeen } from './host/host-change.ts';
import type { Instant, Millis } from './instant.ts';
import type { AfterOwed } from './issue/after-owed.ts';
import type { FailureRecord } from './issue/failure-record.ts';
import type { RevocationReason } from './revoke/revocation-reason.ts';
import type { ListenAddress } from './text/listen-address.ts';

export type KeyType = 'ecdsa-p256' | 'ecdsa-p384' | 'rsa-2048' | 'rsa-3072' | 'rsa-4096';

/** When to renew where the CA gives no window: after a share of the lifetime, or a fixed time before its end. */
export type RenewAt =
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'before-end'; readonly ms: Millis };

/** How HTTP-01 is answered: by the operator's web server, or by certd on ports of its own or of systemd's. */
export type ChallengeMethod =
  | { readonly kind: 'webroot'; readonly path: string }
  | { readonly kind: 'standalone'; readonly listen: readonly ListenAddress[] }
  | { readonly kind: 'systemd-socket' };

/** A CA's certificate profile (draft-ietf-acme-profiles); `required`: rather no certificate than one of another. */
export type ProfileChoice = { readonly name: string; readonly required: boolean };

/** One CA that a certificate may come from, and what is asked of it there. */
export type CaChoice = {
  /** Name of the authority in the configuration. */
  readonly name: string;
  /** Null: whatever the CA issues where nothing is asked for. */
  readonly profile: ProfileChoice | null;
  /** Name or key identifier of the root that the chain should lead to, where the CA offers several; null for the CA's own choice. */
  readonly preferredChain: string | null;
  /** What the configuration says of the CA itself, as text: an order that failed may not fail under other settings. */
  readonly settings: string;
};

/** One certificate that the operator wants: normalised from the configuration, never mutated. */
export type Target = {
  readonly name: string;
  /**
   * A-labels in lower case and IP addresses (`core/ip-address.ts` tells them apart), without duplicates, in the
   * order of the configuration.
   */
  readonly domains: readonly string[];
  /** In the order of preference. */
  readonly cas: readonly [CaChoice, ...CaChoice[]];
  readonly keyType: KeyType;
  /** A renewal keeps the key of the newest generation, where that has the type that is asked for. */
  readonly keyReuse: boolean;
  readonly challenge: ChallengeMethod;
  /** Null: 2/3 of the lifetime, 1/2 where the lifetime is under ten days. */
  readonly renewAt: RenewAt | null;
  readonly files: readonly OutputFile[];
  readonly deploy: DeployChoice;
  /**
   * Another text whenever the configuration says something else of the deploy, `files` and what the CA's chains are held
   * against included. A digest: commands may have secrets in them, and it is kept where everybody may read.
   */
  readonly deployDigest: string;
  /** Commands around an attempt to order: certbot's pre and post hooks. */
  readonly attempt: { readonly before: readonly Command[]; readonly after: readonly Command[] };
  /** What happens where the state turns out to be another host's. */
  readonly onClone: OnClone;
};

/** Take new accounts and keys, or order nothing until a person has said which of both it is. */
export type OnClone = 'renew' | 'hold';

/** What a leaf certificate says, as far as decisions need it. */
export type Leaf = {
  /** Lower-case hex, as the certificate encodes it. */
  readonly serial: string;
  /** Lower-case hex. */
  readonly fingerprintSha256: string;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  /** dNSName entries in lower case, and iPAddress entries as `addressText` has them. */
  readonly domains: readonly string[];
  readonly keyType: KeyType | null;
  /** SHA-256 of the public key (SubjectPublicKeyInfo), lower-case hex: the same for every certificate of one key. */
  readonly keySha256: string;
};

/** What an order was placed with: null where nothing was asked for, or, of `ordered`, where the CA has no such profile. */
export type ProfileRecord = {
  /** As the configuration named it then. */
  readonly wanted: string | null;
  /** As the CA was told. */
  readonly ordered: string | null;
};

export const noProfile: ProfileRecord = { wanted: null, ordered: null };

/** One immutable issued set: `NNNN-xxxxxxxx`, a counter per name and 8 hex digits of the leaf's SHA-256. */
export type Generation = {
  readonly id: string;
  readonly leaf: Leaf;
  /** The authority's name and directory at the time of issue. */
  readonly ca: string;
  readonly directoryUrl: string;
  /** URL of the account that ordered it; null where that was not recorded. */
  readonly account: string | null;
  readonly profile: ProfileRecord;
  /** What `preferred_chain` said at that time. */
  readonly preferredChain: string | null;
  /** The last known validation of each of its domains, of orders before it, too; none where none was recorded. */
  readonly validated: readonly Validation[];
};

/** That a CA has asked at a domain for certd’s answer to a challenge, and was content with it. `ca`: the authority’s name. */
export type Validation = { readonly domain: string; readonly ca: string; readonly at: Instant };

/** The CA's suggested renewal window (RFC 9773) and the one moment drawn inside it. */
export type RenewalWindow = {
  /** The generation that the window is for. */
  readonly generation: string;
  readonly start: Instant;
  readonly end: Instant;
  /** Drawn once per window and stored: a draw at each decision could postpone the renewal for ever. */
  readonly renewAt: Instant;
  readonly explanationUrl: string | null;
  /** When the CA said so last. */
  readonly confirmedAt: Instant;
};

/** How one CA has failed a certificate since it last served it (docs/state.md section 6). */
export type Trouble = {
  /** Name of the authority. */
  readonly ca: string;
  /** The first and the last failure in a row. */
  readonly since: Instant;
  readonly at: Instant;
  /** Its Retry-After; nothing overrides it. */
  readonly notBefore: Instant | null;
};

/** An order that certd placed. */
export type PlacedOrder = { readonly at: Instant; readonly domains: readonly string[] };

/** `issuer/state/<name>.json` (docs/state.md section 6). */
export type IssuerState = {
  readonly failures: number;
  /** Our own back-off; `certd renew` overrides it. */
  readonly nextAttemptAt: Instant | null;
  /** The CAs that failed it, each once. */
  readonly troubles: readonly Trouble[];
  /** Of the last seven days, oldest first. */
  readonly orders: readonly PlacedOrder[];
  readonly lastAttemptAt: Instant | null;
  readonly lastSuccessAt: Instant | null;
  readonly lastError: FailureRecord | null;
  /** What the last failure depended on (`core/attempt-key.ts`); null without one. */
  readonly failedFor: string | null;
  readonly window: RenewalWindow | null;
  readonly windowCheckAt: Instant | null;
};

export const firstIssuerState: IssuerState = {
  failures: 0,
  nextAttemptAt: null,
  troubles: [],
  orders: [],
  lastAttemptAt: null,
  lastSuccessAt: null,
  lastError: null,
  failedFor: null,
  window: null,
  windowCheckAt: null,
};

/** A generation that its CA was asked to revoke (docs/state.md section 8). */
export type Revocation = {
  readonly generation: string;
  readonly keySha256: string;
  readonly reason: RevocationReason;
  /** Whose key signed the request that the CA accepted; null while it has accepted none. */
  readonly signedBy: 'account' | 'certificate' | null;
  /** False: nothing is ordered in its place by itself. */
  readonly replace: boolean;
  /** When it was asked for first: from then on it counts as revoked. */
  readonly since: Instant;
  /** When the CA was asked last. */
  readonly askedAt: Instant;
  /** When the CA said that it is revoked; null while nobody knows. */
  readonly confirmedAt: Instant | null;
};

/** What an order under way was placed for. */
export type OrderUnderWay = {
  readonly ca: string;
  readonly domains: readonly string[];
  readonly keyType: string;
  readonly profile: ProfileRecord;
  readonly placedAt: Instant | null;
  /** The CA's Retry-After for the next look at the order; nothing overrides it. */
  readonly notBefore: Instant | null;
};

/** Something on disk that cannot be used or read. `blocking`: nothing is done for the certificate until it is mended. */
export type DiskFault = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly blocking: boolean;
};

/** Everything that the disk says about one name. */
export type Observed = {
  readonly name: string;
  /** Good generations, oldest first. */
  readonly issued: readonly Generation[];
  /** What `live/<name>` shows, read from the deployed files. */
  readonly live: { readonly id: string; readonly leaf: Leaf } | null;
  readonly issuer: IssuerState;
  readonly deploy: DeployState;
  /** The order that is recorded in `issuer/work/<name>`. */
  readonly order: OrderUnderWay | null;
  /** When a deployer that is another process was asked to look, and has not begun since; null where it was not. */
  readonly requestedAt: Instant | null;
  /** What an issuer alone has found of endpoints that are remote. */
  readonly servedRemote: readonly ServedRecord[];
  /** Oldest first. */
  readonly revoked: readonly Revocation[];
  /** Null: no commands of `attempt.after` are owed. */
  readonly afterOwed: AfterOwed | null;
  /** Whether account and keys are those of this host. */
  readonly host: HostSeen;
  readonly faults: readonly DiskFault[];
};
