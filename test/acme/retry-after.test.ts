import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../src/acme/retry-after.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const zone = process.env['TZ'];

describe('retryAfterMs on a host nine hours ahead', () => {
  beforeAll(() => {
    process.env['TZ'] = 'Asia/Tokyo';
  });
  afterAll(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  it.each([
    ['120', 120_000],
    [' 120 ', 120_000],
    ['Sat, 21 Nov 2026 12:01:00 GMT', 60_000],
    ['Saturday, 21-Nov-26 12:01:00 GMT', 60_000],
    ['Sat Nov 21 12:01:00 2026', 60_000],
    ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
    ['-5', null],
    ['1.5', null],
    ['2026-11-21T12:01:00Z', null],
    ['Sat, 99 Nov 2026 12:01:00 GMT', null],
    ['', null],
    [undefined, null],
  ])('reads %j', (field, expected) => {
    expect(new Date(now).getTimezoneOffset()).toBe(-540);
    expect(retryAfterMs(field, now)).toBe(expected);
  });
});
