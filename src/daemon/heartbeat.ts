import type { Millis } from '../core/instant.ts';

/** Longer than one step of a certificate should ever take that names no limit of its own. */
const usualLimitMs: Millis = 30 * 60_000;

/**
 * Tells work that takes long from work that hangs: every step says when it begins and ends, and how long it
 * may take. `elapsed` is a monotonic clock, so that a step of the wall clock makes nothing look hung.
 */
export function openHeartbeat(elapsed: () => Millis) {
  const deadlines = new Set<{ readonly at: Millis }>();
  return {
    /** Returns the end of the step. A limit below half an hour counts as half an hour. */
    begin(limitMs: Millis): () => void {
      const deadline = { at: elapsed() + Math.max(limitMs, usualLimitMs) };
      deadlines.add(deadline);
      return () => void deadlines.delete(deadline);
    },
    /** When each step that is under way counts as hung. */
    deadlines: (): readonly Millis[] => [...deadlines].map(({ at }) => at),
  };
}
