import type { Instant, Millis } from '../core/instant.ts';

/** Timers are monotonic: looking again at least hourly bounds what a clock step or a suspend can hide. */
const longest: Millis = 3_600_000;

export type Alarm = {
  /** Takes the place of what was set before. `at` null: in an hour. */
  set(at: Instant | null): void;
  off(): void;
};

/** A wake-up at a moment of the wall clock, and at least hourly. */
export function openAlarm(now: () => Instant, onRing: () => void): Alarm {
  let timer: NodeJS.Timeout | undefined;
  return {
    set(at) {
      clearTimeout(timer);
      const wait = at === null ? longest : at - now();
      timer = setTimeout(onRing, Math.min(longest, Math.max(0, wait)));
    },
    off: () => clearTimeout(timer),
  };
}
