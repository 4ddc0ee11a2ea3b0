import type { Millis } from '../core/instant.ts';

/** Rings once after `ms`; returns how to take it back. */
export function realTimer(ms: Millis, ring: () => void): () => void {
  const timer = setTimeout(ring, ms);
  return () => clearTimeout(timer);
}
