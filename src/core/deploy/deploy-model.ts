import type { Endpoint, ServedRecord, ServedState } from '../endpoint.ts';
import type { Instant, Millis } from '../instant.ts';
import type { FailureRecord } from '../issue/failure-record.ts';

/** A command of a deploy as configured. `argv` runs without a shell; `shell` is asked for by the operator. */
export type Command =
  | { readonly kind: 'argv'; readonly argv: readonly [string, ...string[]] }
  | { readonly kind: 'shell'; readonly script: string };

/** One more place that a certificate is written to, for those who do not read keys as root. */
export type OutputFile = {
  readonly path: string;
  /** `combined`: leaf, chain and key in one file, as HAProxy reads them. */
  readonly content: 'cert' | 'chain' | 'fullchain' | 'key' | 'combined';
  /** Names, or numbers as text. Null: whoever deploys. */
  readonly owner: string | null;
  readonly group: string | null;
  readonly mode: number;
};

/** The hours in which deploys may happen. */
export type DeployWindow = {
  /** Minutes after midnight; an end that is not after its start lies on the next day. */
  readonly from: number;
  readonly to: number;
  /** IANA name. */
  readonly timeZone: string;
};

/** What happens with a new certificate. */
export type DeployChoice = {
  /** Must succeed before the hooks run. */
  readonly test: Command | null;
  readonly hooks: readonly Command[];
  /** Per command. */
  readonly timeoutMs: Millis;
  readonly verify: readonly Endpoint[];
  readonly window: DeployWindow | null;
  readonly onFailure: 'rollback' | 'keep';
  /** Deploys again where an endpoint presents another certificate. */
  readonly redeployOnDrift: boolean;
};

/** What an endpoint presented before a deploy, held against what was live then. */
export type ServedBefore = Pick<ServedRecord, 'connect' | 'serverName'> & {
  readonly state: ServedState;
  /** Whether clients took what it presented, whosever certificate that was. */
  readonly accepted: boolean;
};

/** Why a deploy goes back. */
export type WayBack = {
  readonly code: string;
  readonly message: string;
  /** When that failed. */
  readonly at: Instant;
  /** Whether a hook may have run, so that `test` and hooks run once more for the old generation. */
  readonly commands: boolean;
  /** Whether the way back has failed itself, and waited. What failed both ways may be over once it succeeds. */
  readonly failed: boolean;
};

/** A deploy that has begun. Commands are named by a digest of their position and text (docs/state.md section 5). */
export type DeployUnderWay = {
  readonly id: string;
  /** What was live when it began, and is gone back to; null where nothing was, or `id` itself. */
  readonly from: string | null;
  readonly before: readonly ServedBefore[];
  /** Whether a hook has begun since the last deploy came to its end: servers may present another generation than `from`. */
  readonly told: boolean;
  /** Not null: it goes back, and what follows is the progress of that. */
  readonly back: WayBack | null;
  readonly hooksDone: readonly string[];
  readonly running: string | null;
  /** How often certd ended while the next command of this deploy was running. */
  readonly interrupted: number;
  /** How often of these it was asked to, as by a hook that restarts it. */
  readonly stops: number;
  /** The `files` that it writes, of each configuration that it was at work under, as `core/files-key.ts` says them. */
  readonly files: readonly string[];
};

/** `deploy/<name>.json` (docs/state.md section 5). */
export type DeployState = {
  readonly deployed: string | null;
  readonly previous: string | null;
  readonly rejected: readonly string[];
  /** The `files` that were written with it, as `core/files-key.ts` says them. */
  readonly files: readonly string[];
  readonly underWay: DeployUnderWay | null;
  /** The generation that was deployed and taken back since the last success. */
  readonly refused: string | null;
  readonly failures: number;
  readonly nextAttemptAt: Instant | null;
  readonly lastAt: Instant | null;
  readonly lastError: FailureRecord | null;
  /** The `deployDigest` of the configuration that failed last; null where nothing has failed since the last success. */
  readonly failedFor: string | null;
  /** What the last look at each endpoint has shown. */
  readonly served: readonly ServedRecord[];
};

export const firstDeployState: DeployState = {
  deployed: null,
  previous: null,
  rejected: [],
  files: [],
  underWay: null,
  refused: null,
  failures: 0,
  nextAttemptAt: null,
  lastAt: null,
  lastError: null,
  failedFor: null,
  served: [],
};
