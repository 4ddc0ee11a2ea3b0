import type { Instant, Millis } from '../core/instant.ts';
import { elapsed } from './clock.ts';

/** Timers are monotonic: looking again at least hourly bounds what a clock step or a suspend can hide. */
const longest: Millis = 3_600_000;

export type Alarm = {
  /** Takes the place of what was set before. `at` null: in an hour. */
  set(at: Instant | null): void;
  off(): void;
  /** For how long it should have rung by now; 0 where it is not due, or not set. */
  lateMs(): Millis;
};

/** A wake-up at a moment of the wall clock, and at least hourly. */
export function openAlarm(now: () => Instant, onRing: () => void): Alarm {
  let timer: NodeJS.Timeout | undefined;
  let ringsAt: Millis | null = null;
  return {
    set(at) {
      clearTimeout(timer);
      const wait = at === null ? longest : at - now();
      const ms = Math.min(longest, Math.max(0, wait));
      ringsAt = elapsed() + ms;
      timer = setTimeout(onRing, ms);
    },
    off() {
      clearTimeout(timer);
      ringsAt = null;
    },
    lateMs: () => (ringsAt === null ? 0 : Math.max(0, elapsed() - ringsAt)),
  };
}
