import type { Instant, Millis } from '../core/model.ts';

/** Timers are monotonic: looking again at least hourly bounds what a clock step or a suspend can hide. */
const longest: Millis = 3_600_000;

/** A wake-up at a moment of the wall clock; setting it replaces the one before, null takes it away. */
export function openAlarm(now: () => Instant, onRing: () => void): { set(at: Instant | null): void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    set(at) {
      clearTimeout(timer);
      if (at !== null) timer = setTimeout(onRing, Math.min(longest, Math.max(0, at - now())));
    },
  };
}
