import type { CertdError } from './errors.ts';
import type { Instant, Millis, ProfileChoice, Revocation } from './model.ts';

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
  /** Creates one directory with exactly `mode`, whatever the umask; EEXIST if anything is there. */
  makeDir(path: string, mode: number): Promise<void>;
  /** Creates a file (O_EXCL, O_NOFOLLOW) with exactly `mode` and has its bytes on stable storage on return. */
  writeNew(path: string, bytes: Uint8Array, mode: number): Promise<void>;
  /** Appends to a file, creating it with `mode`; not synced (journals are history). */
  append(path: string, bytes: Uint8Array, mode: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  symlink(target: string, path: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Removes an empty directory. */
  removeDir(path: string): Promise<void>;
  /** Makes the directory's entries durable. */
  syncDir(path: string): Promise<void>;
}

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
  /** Null where none was asked for, or the CA does not have it and it is not required: `note` says so. */
  readonly profile: string | null;
  readonly note: CertdError | null;
};

/** One authority with one account. Every method throws `CertdError` with a code from the catalogue. */
export interface Issuer {
  /** Places an order (RFC 8555 §7.4), or throws before it: `profile-unavailable`. */
  order(request: OrderRequest, signal: AbortSignal): Promise<OrderResult>;
  /**
   * Takes an order from whatever state it is in to the downloaded PEM chain: authorizations, finalize
   * with `csr` (DER), polling, download. `order-gone` when the CA no longer has it or it became invalid
   * without an authorization to blame.
   */
  complete(
    request: {
      readonly orderUrl: string;
      /** What the order was placed for. */
      readonly domains: readonly string[];
      readonly csr: Uint8Array;
      readonly solver: Solver;
    },
    signal: AbortSignal,
  ): Promise<string>;
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
  /** Null where the directory has no `renewalInfo`. */
  renewalInfo(certId: string, signal: AbortSignal): Promise<RenewalInfo | null>;
}

/** Where one account of one authority is kept. Real: `store/account.ts`. */
export interface AccountStore {
  /** Null where there is no key yet; `url` is null between the key and the answer to newAccount. */
  read(): Promise<{ readonly keyPem: string; readonly url: string | null } | null>;
  /** Stores a new key (PKCS#8 PEM), durable on return: a lost key is a lost account. */
  createKey(keyPem: string): Promise<void>;
  /** Stores the account's URL (RFC 8555 §7.3), durable on return. */
  saveUrl(url: string): Promise<void>;
}
