import { setTimeout as wait } from 'node:timers/promises';
import type { Millis } from '../core/instant.ts';
import type { Clock } from '../core/ports.ts';

/** The host's wall clock and timers. */
export const realClock: Clock = {
  now: Date.now,
  sleep: async (ms, signal) => {
    await wait(ms, undefined, { signal });
  },
};

/** A monotonic clock, which no step of the wall clock moves; it stands still while the host sleeps. */
export function elapsed(): Millis {
  return performance.now();
}
