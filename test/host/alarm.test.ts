import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openAlarm } from '../../src/host/alarm.ts';

const hour = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-03-01') });
});

afterEach(() => {
  vi.useRealTimers();
});

function alarmAndRings() {
  const rings: number[] = [];
  const alarm = openAlarm(Date.now, () => rings.push(Date.now() - Date.parse('2026-03-01')));
  return { alarm, rings };
}

it('rings once, at its moment', () => {
  const { alarm, rings } = alarmAndRings();
  alarm.set(Date.now() + 5000);
  vi.advanceTimersByTime(4999);
  expect(rings).toEqual([]);
  vi.advanceTimersByTime(10 * hour);
  expect(rings).toEqual([5000]);
});

it('a moment that is past rings in the next turn, not within the call', () => {
  const { alarm, rings } = alarmAndRings();
  alarm.set(Date.parse('1970-01-01'));
  expect(rings).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(rings).toHaveLength(1);
});

it('a far moment rings after an hour: then the clock is looked at again', () => {
  const { alarm, rings } = alarmAndRings();
  alarm.set(Date.now() + 60 * 24 * hour);
  vi.advanceTimersByTime(hour);
  expect(rings).toEqual([hour]);
});

it('setting it again replaces what was set', () => {
  const { alarm, rings } = alarmAndRings();
  alarm.set(Date.now() + 1000);
  alarm.set(Date.now() + 3000);
  vi.advanceTimersByTime(hour);
  expect(rings).toEqual([3000]);
});

it('without a moment it rings after an hour all the same', () => {
  const { alarm, rings } = alarmAndRings();
  alarm.set(null);
  vi.advanceTimersByTime(hour - 1);
  expect(rings).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(rings).toEqual([hour]);
});

it('does not ring once it is off, also where it was never set', () => {
  const { alarm, rings } = alarmAndRings();
  alarm.off();
  alarm.set(Date.now() + 1000);
  alarm.off();
  vi.advanceTimersByTime(2 * hour);
  expect(rings).toEqual([]);
});

it('is late by what has passed since it should have rung, and never once it is off', () => {
  const { alarm } = alarmAndRings();
  expect(alarm.lateMs()).toBe(0);
  alarm.set(Date.now() + 5000);
  vi.advanceTimersByTime(4000);
  expect(alarm.lateMs()).toBe(0);
  vi.advanceTimersByTime(4000);
  // It has rung, and nobody has set it again.
  expect(alarm.lateMs()).toBe(3000);
  alarm.set(null);
  expect(alarm.lateMs()).toBe(0);
  vi.advanceTimersByTime(hour + 1);
  expect(alarm.lateMs()).toBe(1);
  alarm.off();
  expect(alarm.lateMs()).toBe(0);
});
