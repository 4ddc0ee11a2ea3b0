import { createTask, parse, validateDetailed } from 'node-cron';
import type { Millis } from '../core/instant.ts';
import { elapsed } from './clock.ts';

/** Timers are monotonic: looking at the wall clock each minute bounds what a step or a suspend can hide. */
const longest: Millis = 60_000;

export type Ticks = {
  stop(): void;
  /** For how long the clock should have been looked at by now, which is done each minute; 0 where that is not due. */
  lateMs(): Millis;
};

/**
 * Starts calling `onTick` at the moments of a cron expression (local time), until `stop`. The expression has
 * been through `cronProblem`. Missed ticks are one, not made up for: what is due is decided from the wall clock
 * at the next one. A clock that is set back ticks at once. An error of `onTick` is a defect and reaches the
 * process as uncaught.
 */
export function startTicks(expression: string, onTick: () => void): Ticks {
  // Asked for its moments and never started: its own timer sleeps as long as a clock was set back, and visits
  // each of the moments that a step forward has skipped, which for seconds and months blocks for minutes.
  const task = createTask(expression, nothing);
  let timer: NodeJS.Timeout | undefined;
  let wakesAt: Millis = elapsed();
  const wait = () => {
    const since = Date.now();
    const next = task.getNextRuns(1)[0]?.getTime() ?? Number.POSITIVE_INFINITY;
    const wake = () => {
      const now = Date.now();
      wait();
      if (now >= next || now < since) onTick();
    };
    const ms = Math.min(longest, next - since);
    wakesAt = elapsed() + ms;
    timer = setTimeout(wake, ms);
  };
  wait();
  return {
    stop() {
      clearTimeout(timer);
      void task.destroy();
    },
    lateMs: () => Math.max(0, elapsed() - wakesAt),
  };
}

/** What is wrong with a cron expression of five or six fields (or `@hourly` and the like), or null. */
export function cronProblem(expression: string): string | null {
  const { errors } = validateDetailed(expression);
  const first = errors[0];
  if (first === undefined) return null;
  if (first.field !== 'expression') return `${first.value ?? expression} is no ${fieldWords(first.field)}`;
  return `${first.message} (minute, hour, day of month, month, day of week)`;
}

/** Whether more than an hour can pass between two ticks of a valid expression. */
export function coarserThanHourly(expression: string): boolean {
  const fields = parse(expression);
  return !(
    holdsEvery(fields.hour, 0, 23) &&
    holdsEvery(fields.dayOfMonth, 1, 31) &&
    holdsEvery(fields.month, 1, 12) &&
    holdsEvery(fields.dayOfWeek, 0, 6)
  );
}

function holdsEvery(values: readonly (number | string)[], from: number, to: number): boolean {
  for (let value = from; value <= to; value++) if (!values.includes(value)) return false;
  return true;
}

function fieldWords(field: string): string {
  return field.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
}

function nothing(): void {}
