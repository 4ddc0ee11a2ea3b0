import { describe, expect, it } from 'vitest';
import type { DeployWindow } from '../../../src/core/deploy/deploy-model.ts';
import { opensAt, windowText } from '../../../src/core/deploy/deploy-window.ts';
import { at } from '../../support/make-observed.ts';

/** `hours('02:00', '05:00', 'UTC')` */
function hours(from: string, to: string, timeZone: string): DeployWindow {
  const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  return { from: minutes(from), to: minutes(to), timeZone };
}

const open = null;

describe('a window opens', () => {
  it.each<[string, DeployWindow, string, string | null]>([
    ['later today', hours('02:00', '05:00', 'UTC'), '2026-03-05T00:30:12.345Z', '2026-03-05T02:00Z'],
    ['tomorrow', hours('02:00', '05:00', 'UTC'), '2026-03-05T23:59:59.999Z', '2026-03-06T02:00Z'],
    ['at its first millisecond', hours('02:00', '05:00', 'UTC'), '2026-03-05T02:00Z', open],
    [
      'not a millisecond before',
      hours('02:00', '05:00', 'UTC'),
      '2026-03-05T01:59:59.999Z',
      '2026-03-05T02:00Z',
    ],
    ['and is open to its last', hours('02:00', '05:00', 'UTC'), '2026-03-05T04:59:59.999Z', open],
    ['and is closed at its end', hours('02:00', '05:00', 'UTC'), '2026-03-05T05:00Z', '2026-03-06T02:00Z'],
    [
      'by the clocks of its zone',
      hours('02:00', '05:00', 'Asia/Shanghai'),
      '2026-03-05T12:00Z',
      '2026-03-05T18:00Z',
    ],
    [
      'in a zone with three quarters of an hour',
      hours('02:00', '05:00', 'Asia/Kathmandu'),
      '2026-03-05T12:00Z',
      '2026-03-05T20:15Z',
    ],
    [
      'at an odd minute',
      hours('02:07', '02:08', 'America/New_York'),
      '2026-03-05T07:06:59.999Z',
      '2026-03-05T07:07Z',
    ],
    ['before midnight', hours('22:00', '04:00', 'UTC'), '2026-03-05T04:00Z', '2026-03-05T22:00Z'],
    ['and is open past it', hours('22:00', '04:00', 'UTC'), '2026-03-06T03:59Z', open],
    ['for the end of a day', hours('20:00', '24:00', 'UTC'), '2026-03-05T23:59:59.999Z', open],
    [
      'no more once the day is over',
      hours('20:00', '24:00', 'UTC'),
      '2026-03-06T00:00Z',
      '2026-03-06T20:00Z',
    ],
    ['at midnight', hours('00:00', '01:00', 'Europe/Berlin'), '2026-03-05T12:00Z', '2026-03-05T23:00Z'],
    ['on the 29th of February', hours('02:00', '03:00', 'UTC'), '2028-02-28T12:00Z', '2028-02-29T02:00Z'],
  ])('%s', (_words, window, now, opens) => {
    expect(opensAt(window, at(now))).toBe(opens === null ? null : at(opens));
  });
});

// In Berlin 02:00 to 03:00 is left out on 2026-03-29, and comes twice on 2026-10-25.
describe('where the clocks are put forward', () => {
  const evening = '2026-03-28T20:00Z';

  it.each<[string, DeployWindow, string, string | null]>([
    [
      'a window from 02:30 on, which does not exist, opens at 03:00',
      hours('02:30', '05:00', 'Europe/Berlin'),
      evening,
      '2026-03-29T01:00Z',
    ],
    [
      'one within what is left out does not open on that day',
      hours('02:10', '02:50', 'Europe/Berlin'),
      evening,
      '2026-03-30T00:10Z',
    ],
    [
      'one that ends with it does not either',
      hours('02:00', '03:00', 'Europe/Berlin'),
      evening,
      '2026-03-30T00:00Z',
    ],
    [
      'one from 03:00 on opens as it should',
      hours('03:00', '05:00', 'Europe/Berlin'),
      evening,
      '2026-03-29T01:00Z',
    ],
    [
      'one after it opens by the new time',
      hours('06:00', '07:00', 'Europe/Berlin'),
      evening,
      '2026-03-29T04:00Z',
    ],
    [
      'one before it opens by the old time',
      hours('01:00', '01:30', 'Europe/Berlin'),
      evening,
      '2026-03-29T00:00Z',
    ],
    [
      'one past midnight is open on both sides',
      hours('22:00', '04:00', 'Europe/Berlin'),
      '2026-03-29T01:30Z',
      open,
    ],
    [
      'it is closed by the new time',
      hours('02:30', '03:30', 'Europe/Berlin'),
      '2026-03-29T01:30Z',
      '2026-03-30T00:30Z',
    ],
    [
      'half an hour is left out on Lord Howe',
      hours('02:15', '02:45', 'Australia/Lord_Howe'),
      '2026-10-03T12:00Z',
      '2026-10-03T15:30Z',
    ],
  ])('%s', (_words, window, now, opens) => {
    expect(opensAt(window, at(now))).toBe(opens === null ? null : at(opens));
  });
});

describe('where the clocks are put back', () => {
  const twice = hours('02:30', '02:45', 'Europe/Berlin');

  it.each<[string, DeployWindow, string, string | null]>([
    ['02:30 comes for the first time', twice, '2026-10-25T00:00Z', '2026-10-25T00:30Z'],
    ['and is open', twice, '2026-10-25T00:30Z', open],
    ['and comes a second time', twice, '2026-10-25T00:45Z', '2026-10-25T01:30Z'],
    ['and is open again', twice, '2026-10-25T01:44Z', open],
    ['and comes next on the day after', twice, '2026-10-25T01:45Z', '2026-10-26T01:30Z'],
    [
      '03:00 comes once, an hour later',
      hours('03:00', '04:00', 'Europe/Berlin'),
      '2026-10-25T00:30Z',
      '2026-10-25T02:00Z',
    ],
    [
      'what begins with the hour that is repeated opens with it',
      hours('02:00', '02:30', 'Europe/Berlin'),
      '2026-10-25T00:45Z',
      '2026-10-25T01:00Z',
    ],
  ])('%s', (_words, window, now, opens) => {
    expect(opensAt(window, at(now))).toBe(opens === null ? null : at(opens));
  });
});

it('a zone that leaves out a day has its hours on the next one', () => {
  // Samoa went from Thursday 29 to Saturday 31 December 2011, at midnight.
  const window = hours('02:00', '03:00', 'Pacific/Apia');
  expect(opensAt(window, at('2011-12-30T09:00Z'))).toBe(at('2011-12-30T12:00Z'));
});

it('a clock set back or ahead finds the window that comes next from there', () => {
  const window = hours('02:00', '05:00', 'UTC');
  expect(opensAt(window, at('2038-01-19T05:00Z'))).toBe(at('2038-01-20T02:00Z'));
  expect(opensAt(window, at('1970-01-01T00:00Z'))).toBe(at('1970-01-01T02:00Z'));
});

it('is said as the configuration has it, with its zone', () => {
  expect(windowText(hours('02:00', '05:07', 'Asia/Shanghai'))).toBe('02:00-05:07 Asia/Shanghai');
  expect(windowText(hours('20:00', '24:00', 'UTC'))).toBe('20:00-24:00 UTC');
});
