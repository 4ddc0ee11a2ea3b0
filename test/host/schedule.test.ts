import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { coarserThanHourly, cronProblem, startTicks } from '../../src/host/schedule.ts';

describe('a cron expression', () => {
  it.each(['* * * * *', '*/5 * * * *', '0 3 * * MON-FRI', '*/10 * * * * *', '@hourly', '@daily'])(
    '%s is valid',
    expression => {
      expect(cronProblem(expression)).toBeNull();
    },
  );

  it.each([
    ['* * *', 'expected 5 or 6 fields but got 3 (minute, hour, day of month, month, day of week)'],
    ['61 * * * *', '61 is no minute'],
    ['* * 32 * *', '32 is no day of month'],
    ['', 'pattern includes illegal characters (minute, hour, day of month, month, day of week)'],
  ])('%j is not', (expression, problem) => {
    expect(cronProblem(expression)).toBe(problem);
  });
});

describe('coarser than hourly', () => {
  it.each(['* * * * *', '0 * * * *', '59 0-23 * * *', '@hourly', '* * * * 0-6', '30 7 * * * *'])(
    '%s is not',
    expression => {
      expect(coarserThanHourly(expression)).toBe(false);
    },
  );

  it.each([
    '0 3 * * *',
    '0 */2 * * *',
    '* 0-22 * * *',
    '* * * * MON-FRI',
    '* * 1 * *',
    '* * * 1 *',
    '* * L * *',
    '@daily',
  ])('%s is', expression => {
    expect(coarserThanHourly(expression)).toBe(true);
  });
});

describe('ticks', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 1, 12, 0, 30) });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('come at the moments of the expression until they are stopped', async () => {
    const moments: string[] = [];
    const ticks = startTicks('* * * * *', () => moments.push(new Date().toISOString().slice(11, 19)));
    await vi.advanceTimersByTimeAsync(151_000);
    expect(moments).toEqual(['12:01:00', '12:02:00', '12:03:00']);
    ticks.stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(moments).toHaveLength(3);
  });
});
