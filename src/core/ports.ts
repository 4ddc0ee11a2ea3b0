import type { CertdError } from './errors.ts';
import type { Instant, Millis } from './instant.ts';
import type { ProfileChoice, Revocation } from './model.ts';

/** Time, passed in. Real: `host/clock.ts`; fake: `test/support/fake-clock.ts`. */
export interface Clock {
  now(): Instant;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: Millis, signal: AbortSignal): Promise<void>;
}

/** A uniform draw from [0, 1). Real: `Math.random`. */
export type Random = () => number;

/**
 * Every mutation of a file that certd makes, so that a test can stop the program at each of them.
 * All throw Node's system errors (`code` ENOSPC, EACCES, …). Real: `store/disk.ts`; dying:
 * `test/support/dying-disk.ts`.
 */
export interface Disk {
  /** Creates one directory with exactly `mode`, whatever the umask, for `owner` if given; EEXIST if anything is there. */
  makeDir(path: string, mode: number, owner?: Owner): Promise<void>;
  /**
   * Creates a file (O_EXCL, O_NOFOLLOW) with exactly `mode` and has its bytes on stable storage on return. One for
   * another `owner` is that owner's before there is a byte in it.
   */
  writeNew(path: string, bytes: Uint8Array, mode: number, owner?: Owner): Promise<void>;
  /** Appends to a file, creating it with `mode`; not synced (journals are history). */
  append(path: string, bytes: Uint8Array, mode: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  symlink(target: string, path: string): Promise<void>;
  /** As bytes where somebody else has given it its name, which need not be text. */
  unlink(path: string | Uint8Array): Promise<void>;
  /** Removes an empty directory. */
  removeDir(path: string | Uint8Array): Promise<void>;
  /** Makes the directory's entries durable. */
  syncDir(path: string): Promise<void>;
}

/** Of a file, in numbers. */
export type Owner = { readonly uid: number; readonly gid: number };

/** Answers one HTTP-01 challenge. `cleanUp` takes no signal: it always runs, also after an abort. */
export interface Solver {
  present(challenge: HttpChallenge, signal: AbortSignal): Promise<void>;
  cleanUp(token: string): Promise<void>;
}

/** `token` is base64url and already checked; `keyAuthorization` is what the CA must read (RFC 8555 §8.3). */
export type HttpChallenge = {
  readonly domain: string;
  readonly token: string;
  readonly keyAuthorization: string;
};

/** What an authority suggests for one certificate (RFC 9773 §4.2). */
export type RenewalInfo = {
  readonly start: Instant;
  readonly end: Instant;
  readonly explanationUrl: string | null;
  /** When to ask again, bounded to between one minute and one day from the answer. */
  readonly checkAt: Instant;
};

export type OrderRequest = {
  readonly domains: readonly string[];
  /** An RFC 9773 certID, or null. */
  readonly replaces: string | null;
  readonly profile: ProfileChoice | null;
};

export type OrderResult = {
  readonly url: string;
  /** URL of the account that placed it. */
  readonly account: string;
  /** Null where none was asked for, or the CA does not have it and it is not required: `note` says so. */
  readonly profile: string | null;
  readonly note: CertdError | null;
};

/** A certificate as its CA offers it, in PEM, leaf first. */
export type Download = {
  /** The chain that the CA chose. */
  readonly chainPem: string;
  /**
   * The other chains for the same certificate. Each is asked for when it is its turn, and is left out with a warning
   * where it cannot be had; throws `stopped` alone.
   */
  readonly alternates: () => AsyncIterable<string>;
};

/** One authority with one account. Every method throws `CertdError` with a code from the catalogue. */
export interface Issuer {
  /** Places an order (RFC 8555 §7.4), or throws before it: `profile-unavailable`. */
  order(request: OrderRequest, signal: AbortSignal): Promise<OrderResult>;
  /**
   * Takes an order from whatever state it is in to the downloaded certificate: authorizations, finalize
   * with `csr` (DER), polling, download. `order-waits` with the moment of the next look where the CA asks for
   * more than a minute; `order-gone` when the CA no longer has it or it became invalid
   * without an authorization to blame.
   */
  complete(
    request: {
      readonly orderUrl: string;
      /** Null: nobody knows, long ago. */
      readonly placedAt: Instant | null;
      /** What the order was placed for. */
      readonly domains: readonly string[];
      readonly csr: Uint8Array;
      readonly solver: Solver;
    },
    signal: AbortSignal,
  ): Promise<Download>;
  /** Reads the directory, and asks about the account, if there is one: false where there is none. Makes none. */
  check(signal: AbortSignal): Promise<boolean>;
  /**
   * Revokes a certificate (RFC 8555 §7.6), also one that is revoked already. Signed by the account; where there is none
   * or the CA does not take its word, by the certificate's own key. Returns whose word the CA took.
   */
  revoke(
    request: {
      readonly certificatePem: string;
      readonly keyPem: string;
      readonly reason: Revocation['reason'];
    },
    signal: AbortSignal,
  ): Promise<'account' | 'certificate'>;
  /** The URL of the account, which is made where there is none. */
  account(signal: AbortSignal): Promise<string>;
  /** Null where the directory has no `renewalInfo`. */
  renewalInfo(certId: string, signal: AbortSignal): Promise<RenewalInfo | null>;
}

/** An account as the CA and the disk have it, for a person. */
export type AccountFacts = {
  readonly url: string;
  /** RFC 7638, of the key. */
  readonly thumbprint: string;
  /** As the CA says it: `valid`; null where it says nothing. */
  readonly status: string | null;
  readonly contact: readonly string[];
  /** What CAA records call the CA; null where its directory does not say. */
  readonly caaIdentity: string | null;
  readonly rolloverUnfinished: boolean;
};

/** What a person does with one account. Every method throws `CertdError` with a code from the catalogue. */
export type AccountCare = {
  /** Null where none is registered; none is made. */
  show(signal: AbortSignal): Promise<AccountFacts | null>;
  /** Gives it a new key, its URL stays. Waits until nobody uses it; throws `account-missing`. */
  rollOver(signal: AbortSignal): Promise<void>;
  /** Ends it at the CA and forgets it; returns its URL. Waits and throws as `rollOver`. */
  deactivate(signal: AbortSignal): Promise<string>;
};

/** What is known of an account at its CA (docs/state.md section 7). */
export type Registration = {
  readonly url: string;
  /** What the CA was given as contact; null: nothing, or it is not known. */
  readonly email: string | null;
  /** Its deactivation was begun, and how it ended is to be asked. */
  readonly leaving: boolean;
};

export type StoredAccount = {
  readonly keyPem: string;
  /** A key that is to take the other's place: which one the CA knows is to be asked. */
  readonly nextKeyPem: string | null;
  /** Null between the key and the answer to newAccount. */
  readonly registration: Registration | null;
};

/** Where one account of one authority is kept; what it writes is durable on return. Real: `store/account.ts`. */
export interface AccountStore {
  /** Null where there is no key yet. */
  read(): Promise<StoredAccount | null>;
  /** Stores a new key (PKCS#8 PEM): a lost key is a lost account. */
  createKey(keyPem: string): Promise<void>;
  save(registration: Registration): Promise<void>;
  createNextKey(keyPem: string): Promise<void>;
  /** The next key is the key from now on, and the old one is gone. */
  adoptNextKey(): Promise<void>;
  dropNextKey(): Promise<void>;
  /** Forgets the account and its keys. */
  remove(): Promise<void>;
}
