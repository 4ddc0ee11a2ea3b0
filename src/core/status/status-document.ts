import type { ServedState } from '../endpoint.ts';

export type Level = 'ok' | 'warning' | 'critical';

/** One thing that a person should know. `level` is how much it counts for this certificate at this moment. */
export type Problem = {
  readonly code: string;
  readonly certificate: string | null;
  readonly message: string;
  readonly since: string | null;
  readonly level: 'warning' | 'critical';
};

export type LastError = {
  readonly code: string;
  readonly message: string;
  readonly at: string;
  readonly problem_type: string | null;
};

/** What one declared endpoint presents, as a handshake with it has shown. */
export type ServedEndpoint = {
  /** As declared, for example `127.0.0.1:443`. */
  readonly endpoint: string;
  readonly server_name: string;
  readonly state: ServedState;
  readonly checked_at: string | null;
  /** End of the certificate that it presented; null where it presented none. */
  readonly not_after: string | null;
  readonly detail: string | null;
};

/** One certificate in the document of contract section 6; times are RFC 3339 in UTC. */
export type CertificateStatus = {
  readonly name: string;
  readonly domains: readonly string[];
  readonly managed: boolean;
  readonly status: Level;
  readonly problems: readonly Problem[];
  readonly ca: string | null;
  readonly profile: string | null;
  readonly key_type: string | null;
  readonly serial: string | null;
  readonly fingerprint_sha256: string | null;
  readonly not_before: string | null;
  readonly not_after: string | null;
  readonly days_left: number | null;
  readonly generation: {
    readonly issued: string | null;
    readonly live: string | null;
    readonly deployed: string | null;
  };
  readonly renewal: {
    readonly source: 'ari' | 'lifetime' | 'forced' | 'none';
    readonly window_start: string | null;
    readonly window_end: string | null;
    readonly renew_at: string | null;
    readonly explanation_url: string | null;
    readonly next_attempt_at: string | null;
    readonly failures: number;
    readonly last_success_at: string | null;
    readonly last_error: LastError | null;
  };
  readonly deploy: {
    readonly state: 'deployed' | 'owed' | 'failed' | 'rolled-back' | 'held-for-window' | 'none';
    readonly last_at: string | null;
    readonly next_attempt_at: string | null;
    readonly last_error: LastError | null;
  };
  /** One for each endpoint that the configuration declares. */
  readonly served: readonly ServedEndpoint[];
};

/** What `certd status --json` prints and `GET /status` answers. `schema` counts up on a breaking change. */
export type StatusDocument = {
  readonly schema: 1;
  readonly version: string;
  readonly status: Level;
  readonly source: 'daemon' | 'disk';
  readonly pid: number | null;
  readonly started_at: string | null;
  readonly now: string;
  /** Problems of the program itself: a refused reload, a daemon that does not answer. */
  readonly problems: readonly Problem[];
  readonly certificates: readonly CertificateStatus[];
  /** The contract has the list, and nothing yet that could stand in it. */
  readonly monitors: readonly never[];
};
