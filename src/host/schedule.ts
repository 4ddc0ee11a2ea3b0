import { createTask, parse, validateDetailed } from 'node-cron';

/** Node-cron writes to the console unless it is given a logger; ticks that were missed need no word (see below). */
const silent = { info: nothing, warn: nothing, error: nothing, debug: nothing };

/**
 * Starts calling `onTick` at the moments of a cron expression (local time), until `stop`. The expression
 * has been through `cronProblem`. A missed tick is skipped, not made up for: what is due is decided from
 * the wall clock at the next one. An error of `onTick` is a defect and reaches the process as uncaught.
 */
export function startTicks(expression: string, onTick: () => void): { stop(): void } {
  const task = createTask(expression, () => onTick(), {
    noOverlap: true,
    suppressMissedWarning: true,
    logger: silent,
  });
  task.on('execution:failed', ({ execution }) => {
    queueMicrotask(() => {
      throw execution?.error ?? new Error('a tick failed');
    });
  });
  void task.start();
  return {
    stop() {
      void task.destroy();
    },
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
