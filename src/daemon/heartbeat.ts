import type { Instant, Millis } from '../core/model.ts';

/** Longer than one certificate (an order has ten minutes) or one hook should ever take. */
const longestStepMs: Millis = 30 * 60_000;

/** Tells work that takes long from work that hangs. */
export function openHeartbeat(now: () => Instant) {
  let beatAt: Instant | null = null;
  return {
    /** Work begins or goes on to its next step. */
    beat: () => {
      beatAt = now();
    },
    /** Nothing is being worked on. */
    rest: () => {
      beatAt = null;
    },
    alive: () => beatAt === null || now() - beatAt < longestStepMs,
  };
}
