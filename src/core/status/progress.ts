import type { Millis } from '../instant.ts';

/** What a scheduler has before it. */
export type Agenda = {
  /** When each step that is under way must have ended, on a monotonic clock. */
  readonly stepDeadlines: readonly Millis[];
  /** How late each of the timers is that wake the scheduler. */
  readonly lateMs: readonly Millis[];
};

/** How late a timer may be: the event loop may be busy, and a full read of a large state takes its time. */
const longestDelayMs: Millis = 5 * 60_000;

/**
 * Whether the scheduler goes on: no step is past its limit, and no wake-up is overdue. An event loop that turns proves
 * neither: a timer that was lost would leave certd idle for ever, and everybody who asks it would get an answer. `now`
 * is of the clock of the deadlines.
 */
export function makesProgress({ stepDeadlines, lateMs }: Agenda, now: Millis): boolean {
  return stepDeadlines.every(deadline => now < deadline) && lateMs.every(late => late < longestDelayMs);
}
