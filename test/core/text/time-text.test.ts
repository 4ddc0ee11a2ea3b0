import { expect, it } from 'vitest';
import { relativeText, rfc3339OrNull, spanText, toRfc3339 } from '../../../src/core/text/time-text.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

it('writes an instant as RFC 3339 in UTC', () => {
  expect(toRfc3339(1_772_409_600_123)).toBe('2026-03-02T00:00:00.123Z');
  expect(rfc3339OrNull(0)).toBe('1970-01-01T00:00:00.000Z');
  expect(rfc3339OrNull(null)).toBeNull();
});

it('writes the first of more moments than it keeps as it did before', () => {
  const first = toRfc3339(1);
  for (let at = 2; at < 20_000; at += 1) toRfc3339(at);
  expect(toRfc3339(1)).toBe(first);
  expect(toRfc3339(19_999)).toBe('1970-01-01T00:00:19.999Z');
});

it.each([
  [Date.parse('9999-12-31T23:59:59.999Z') + 1, '9999-12-31T23:59:59.999Z'],
  [-1, '1970-01-01T00:00:00.000Z'],
])('cuts what has no year of four digits, so that every reader can take it back (%d)', (at, expected) => {
  expect(toRfc3339(at)).toBe(expected);
});

it.each([
  [0, '0s'],
  [999, '0s'],
  [59_999, '59s'],
  [minute, '1m'],
  [hour - 1, '59m'],
  [hour, '1h'],
  [day - 1, '23h'],
  [day, '1d'],
  [400 * day, '400d'],
  [-3 * hour, '-3h'],
])('%d ms is %s', (ms, text) => {
  expect(spanText(ms)).toBe(text);
});

it.each([
  ['a moment ahead', 61 * day + hour, 'in 61d'],
  ['a moment past', -3 * hour, '3h ago'],
  ['less than a second ahead', 999, 'now'],
  ['less than a second past', -999, 'now'],
  ['a second ahead', second, 'in 1s'],
  ['a second past', -second, '1s ago'],
])('%s', (_sentence, distance, text) => {
  expect(relativeText(1_772_409_600_000 + distance, 1_772_409_600_000)).toBe(text);
});
