import type { Millis } from '../core/instant.ts';
import type { Tally } from '../core/metrics/counters.ts';
import type { Clock, Disk, Random } from '../core/ports.ts';
import type { HookResult, HookRun } from '../deploy/run-hook.ts';
import type { Log } from '../log.ts';
import type { Layout } from '../store/layout.ts';
import type { World } from '../store/world.ts';

/** What all work acts through, whatever it is about. */
export type HostParts = {
  readonly disk: Disk;
  readonly layout: Layout;
  readonly world: World;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly runHook: (run: HookRun) => Promise<HookResult>;
  /** Rings once after `ms`; returns how to take it back. */
  readonly timer: (ms: Millis, ring: () => void) => () => void;
  /** A step begins that may take so long; returns its end. What takes longer counts as hung. */
  readonly beginStep: (limitMs: Millis) => () => void;
  /** For the metrics; nothing is decided by what was counted. */
  readonly tally: Pick<Tally, 'onAttempt' | 'onDeploy'>;
  readonly signal: AbortSignal;
};
