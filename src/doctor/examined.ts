import type { Instant } from '../core/instant.ts';
import type { Target } from '../core/model.ts';

/** What doctor is told of the certd that it examines. Paths are absolute. */
export type Examined = {
  readonly targets: readonly Target[];
  /** The state directory. */
  readonly root: string;
  readonly runtimeDir: string;
  /** The configuration's file. */
  readonly config: string;
  /** As configured: null for the usual socket in the runtime directory, and for the usual group. */
  readonly health: { readonly socket: string | null; readonly group: string | null };
  readonly isRoot: boolean;
  readonly now: Instant;
};
