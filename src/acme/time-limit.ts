import type { Millis } from '../core/instant.ts';
import type { Clock } from '../core/ports.ts';

/** What is left of `issue_timeout` in one attempt. */
export type TimeLimit = {
  /** Negative once it is over. */
  left(): Millis;
  /** Sleeps by the clock, and counts it. */
  sleep(ms: Millis, signal: AbortSignal): Promise<void>;
};

/**
 * Counts by the wall clock, but at least what was slept: a clock that is set back on the way must not make
 * the attempt wait for as long again.
 */
export function openTimeLimit(clock: Clock, limit: Millis): TimeLimit {
  const start = clock.now();
  let slept = 0;
  return {
    left: () => limit - Math.max(clock.now() - start, slept),
    async sleep(ms, signal) {
      await clock.sleep(ms, signal);
      slept += ms;
    },
  };
}
