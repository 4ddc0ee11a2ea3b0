import type { Millis } from '../core/instant.ts';
import type { Target } from '../core/model.ts';

/** One certificate authority, ready to use. */
export type Authority = {
  readonly name: string;
  readonly directoryUrl: string;
  /** The directory that `--dry-run` orders from; null where the CA has none. */
  readonly stagingUrl: string | null;
  /** PEM file with further roots for the CA's own HTTPS, beside the system's. */
  readonly trustFile: string | null;
  /** PEM file with the roots that certificates of this CA must lead to; null: those of the system's trust store. */
  readonly rootsFile: string | null;
  /** External account binding (RFC 8555 §7.3.4): the MAC key stays in its file until it is needed. */
  readonly eab: { readonly kid: string; readonly hmacKeyFile: string } | null;
  readonly issueTimeoutMs: Millis;
  /** The port that the CA validates on; anything but 80 only for test CAs. */
  readonly validationPort: number;
};

/** The whole configuration, normalised: durations in ms, shares as fractions, defaults filled in. */
export type Config = {
  readonly account: { readonly email: string | null };
  /** Every authority that a certificate uses, by name. */
  readonly authorities: ReadonlyMap<string, Authority>;
  /** The same and every other that has a directory, built in or in `cas`: one may have issued what is to be revoked. */
  readonly knownAuthorities: ReadonlyMap<string, Authority>;
  readonly certificates: readonly Target[];
  /** Cron expression of the poll. */
  readonly schedule: string;
  readonly health: {
    /** Null: `health.sock` in the runtime directory. */
    readonly socket: string | null;
    readonly mode: number;
    readonly group: string | null;
  };
  /** Shares of the lifetime that are left, for example 0.2 and 0.05. */
  readonly thresholds: { readonly warning: number; readonly critical: number };
  readonly logLevel: LogLevel;
  /** What does not stop certd, for example a schedule coarser than hourly; all `config-doubtful`. */
  readonly warnings: readonly ConfigProblem[];
};

type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** One thing wrong with the configuration, at a place that an editor can jump to. Line and column count from 1. */
export type ConfigProblem = {
  readonly code:
    | 'config-unreadable'
    | 'config-syntax'
    | 'config-unknown-key'
    | 'config-invalid'
    | 'config-name-taken'
    | 'config-doubtful'
    | 'not-available-yet';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Says what is wrong, and where one is known what to write instead. */
  readonly message: string;
};
