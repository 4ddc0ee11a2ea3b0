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

  it('go on when the clock is set back', async () => {
    const moments: string[] = [];
    const ticks = startTicks('* * * * *', () => moments.push(new Date().toISOString().slice(5, 19)));
    await vi.advanceTimersByTimeAsync(31_000);
    vi.setSystemTime(Date.UTC(2025, 11, 22, 12, 1, 1));
    await vi.advanceTimersByTimeAsync(120_000);
    ticks.stop();
    expect(moments).toEqual(['01-01T12:01:00', '12-22T12:02:00', '12-22T12:03:00']);
  });

  it('are one for all that a suspend or a step forward has skipped, and go on from there', async () => {
    let count = 0;
    const ticks = startTicks('* * * * * *', () => {
      count += 1;
    });
    await vi.advanceTimersByTimeAsync(2_000);
    vi.setSystemTime(Date.UTC(2046, 2, 12, 12, 0, 0, 500));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(count).toBe(3);
    await vi.advanceTimersByTimeAsync(10_000);
    ticks.stop();
    expect(count).toBe(13);
  });

  it('are looked for each minute, also those of a year', async () => {
    let count = 0;
    const ticks = startTicks('0 0 1 1 *', () => {
      count += 1;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    vi.setSystemTime(Date.UTC(2027, 2, 1));
    await vi.advanceTimersByTimeAsync(60_000);
    await vi.advanceTimersByTimeAsync(3_600_000);
    ticks.stop();
    expect(count).toBe(1);
  });

  it.each([
    ['the next of them', '* * * * *', 30_000],
    ['the end of a minute, where they are rare,', '0 0 1 1 *', 60_000],
  ])('are late by what has passed since %s without a timer', (_sentence, expression, due) => {
    const ticks = startTicks(expression, () => {});
    vi.clearAllTimers();
    vi.advanceTimersByTime(due);
    expect(ticks.lateMs()).toBe(0);
    vi.advanceTimersByTime(7000);
    expect(ticks.lateMs()).toBe(7000);
    ticks.stop();
  });

  it('are not late as long as their timer rings, however rare they are', () => {
    const ticks = startTicks('0 0 1 1 *', () => {});
    vi.advanceTimersByTime(3_600_000);
    expect(ticks.lateMs()).toBe(0);
    ticks.stop();
  });
});
