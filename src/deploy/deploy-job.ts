import type { DeployState } from '../core/deploy/deploy-model.ts';
import type { Presented } from '../core/deploy/presented.ts';
import type { Endpoint } from '../core/endpoint.ts';
import type { CertdError } from '../core/errors.ts';
import type { Instant, Millis } from '../core/instant.ts';
import type { Leaf, Revocation, Target } from '../core/model.ts';
import type { HookResult, HookRun } from './run-hook.ts';

/** One certificate whose generation `id` is owed. `state` is what `deploy/<name>.json` says. */
export type DeployJob = { readonly target: Target; readonly id: string; readonly state: DeployState };

export type DeployOutcome = {
  readonly name: string;
  readonly id: string;
  /** Null where the generation is deployed now. */
  readonly error: CertdError | null;
  /** The generation that is live again because of the error; null where the new one stays. */
  readonly backTo: string | null;
  /** It had failed on the way back, too, and has come back now: what failed both may be over, and nothing waits. */
  readonly goesOn: boolean;
};

/** What the transaction needs of the store, the clock and the host. */
export type DeployParts = {
  readonly now: () => Instant;
  readonly random: () => number;
  /** The gate and step 9: checks the issued generation, makes the deployer's own copy, returns its leaf. */
  readonly install: (target: Target, id: string) => Promise<Leaf>;
  /** What `live/<name>` shows; null where it shows nothing of certd's. */
  readonly liveId: (name: string) => string | null;
  /** Step 11. */
  readonly flip: (name: string, id: string) => Promise<void>;
  /** The rest of step 11: the `files` of the certificate, from a generation that is live. */
  readonly writeFiles: (target: Target, id: string) => Promise<void>;
  /** One look at an endpoint. Throws `stopped`, and `roots-unusable`. */
  readonly probe: (target: Target, endpoint: Endpoint) => Promise<Presented>;
  /** Resolves after `ms`, and at once where certd is stopped. */
  readonly sleep: (ms: Millis) => Promise<void>;
  readonly save: (name: string, state: DeployState) => Promise<void>;
  /** Step 15. */
  readonly prune: (name: string, state: DeployState) => Promise<void>;
  /** The leaf of a generation that was deployed; null where it is gone or spoiled. */
  readonly deployedLeaf: (name: string, id: string) => Leaf | null;
  readonly revoked: (name: string) => readonly Revocation[];
  readonly liveDir: (name: string) => string;
  readonly runHook: (run: HookRun) => Promise<HookResult>;
  readonly onHook: (event: HookEvent) => void;
  /** What happened could not be written down, because the disk fails too: `state`; null where the next start will know. */
  readonly onUnrecorded: (name: string, error: CertdError, state: DeployState | null) => void;
  /** The deploy is done; what it made superfluous could not be removed. */
  readonly onUnpruned: (name: string, error: CertdError) => void;
  readonly graceMs: Millis;
  readonly signal: AbortSignal;
};

export type HookEvent = {
  readonly names: readonly string[];
  /** Its name for people; `owed-hooks.ts`. */
  readonly hook: string;
  readonly result: HookResult;
  readonly durationMs: Millis;
};
