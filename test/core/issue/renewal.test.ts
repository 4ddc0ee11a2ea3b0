import { describe, expect, it } from 'vitest';
import {
  drawInWindow,
  renewalMoment,
  windowAfterAnswer,
  windowAfterSilence,
} from '../../../src/core/issue/renewal.ts';
import type { RenewAt, RenewalWindow } from '../../../src/core/model.ts';
import { at, day, hour, makeGeneration, makeLeaf, makeWindow } from '../../support/make-observed.ts';

/** Six days, as short-lived profiles have: from 2026-01-01 to 2026-01-07. */
const short = makeGeneration({ leaf: makeLeaf({ notAfter: at('2026-01-07') }) });
const ninety = makeGeneration();

const byShare = (share: number): RenewAt => ({ kind: 'share', share });
const beforeEnd = (ms: number): RenewAt => ({ kind: 'before-end', ms });

describe('by the lifetime', () => {
  it.each([
    ['ninety days: after two thirds', ninety, null, '2026-03-02'],
    ['six days: after a half', short, null, '2026-01-04'],
    [
      'ten days: after two thirds',
      makeGeneration({ leaf: makeLeaf({ notAfter: at('2026-01-11') }) }),
      null,
      '2026-01-07T16:00Z',
    ],
    [
      'a second under ten days: after a half',
      makeGeneration({ leaf: makeLeaf({ notAfter: at('2026-01-10T23:59:58Z') }) }),
      null,
      '2026-01-05T23:59:59Z',
    ],
    ['the share that is configured', ninety, byShare(0.5), '2026-02-15'],
    ['the share that is configured holds for short ones too', short, byShare(2 / 3), '2026-01-05'],
    ['thirty days before the end', ninety, beforeEnd(30 * day), '2026-03-02'],
    [
      'before-end longer than half the lifetime: after a half, or each new one were due at once',
      short,
      beforeEnd(30 * day),
      '2026-01-04',
    ],
    ['before-end of exactly half the lifetime', short, beforeEnd(3 * day), '2026-01-04'],
    ['before-end as long as the lifetime', ninety, beforeEnd(90 * day), '2026-02-15'],
  ])('%s', (_sentence, generation, renewAt, expected) => {
    expect(renewalMoment(generation, asked(null), renewAt)).toEqual({
      source: 'lifetime',
      renewAt: at(expected),
      window: null,
    });
  });
});

/** What the issuer's state says of the window, without a recorded success. */
function asked(window: RenewalWindow | null) {
  return { window, lastSuccessAt: null };
}

describe('by the window of the CA', () => {
  it.each([
    ['the drawn moment', ninety, '2026-02-11', '2026-02-11'],
    [
      'a window in the past, after an incident: an hour after issue at the earliest',
      ninety,
      '2025-06-01',
      '2026-01-01T01:00Z',
    ],
    ['of six days the guard is an hour too', short, '2025-06-01', '2026-01-01T01:00Z'],
    [
      'a window beyond the end: with a twentieth of the lifetime left at the latest',
      ninety,
      '2027-01-01',
      '2026-03-27T12:00Z',
    ],
    ['of six days that is 7 h 12 min before the end', short, '2026-01-07', '2026-01-06T16:48Z'],
  ])('%s', (_sentence, generation, drawn, expected) => {
    const window = makeWindow({ renewAt: at(drawn) });
    expect(renewalMoment(generation, asked(window), null)).toEqual({
      source: 'ari',
      renewAt: at(expected),
      window,
    });
  });

  it('counts the guard from when the certificate came, where its CA dates it back', () => {
    const window = makeWindow({ renewAt: at('2025-06-01') });
    const issuer = { window, lastSuccessAt: at('2026-01-01T02:00Z') };
    expect(renewalMoment(ninety, issuer, null).renewAt).toBe(at('2026-01-01T03:00Z'));
  });

  it('guards a certificate of one hour for a hundredth of its life', () => {
    const hourly = makeGeneration({ leaf: makeLeaf({ notAfter: at('2026-01-01') + hour }) });
    const { renewAt } = renewalMoment(hourly, asked(makeWindow({ renewAt: at('2020-01-01') })), null);
    expect(renewAt).toBe(at('2026-01-01T00:00:36Z'));
  });

  it('wins over what is configured', () => {
    expect(renewalMoment(ninety, asked(makeWindow()), byShare(0.1)).renewAt).toBe(at('2026-02-11'));
  });

  it('of another generation does not count', () => {
    const window = makeWindow({ generation: '0000-99999999' });
    expect(renewalMoment(ninety, asked(window), null)).toEqual({
      source: 'lifetime',
      renewAt: at('2026-03-02'),
      window: null,
    });
  });
});

it.each([
  [0, '2026-02-10'],
  [0.5, '2026-02-10T23:59:30Z'],
  [0.999999999999, '2026-02-11T23:58:59.999Z'],
])('draw %d of a window of two days is %s: its last minute is for the order', (draw, expected) => {
  expect(drawInWindow(at('2026-02-10'), at('2026-02-12'), draw)).toBe(at(expected));
});

it.each([
  [0, '2026-02-10T00:00:00.000Z'],
  [0.5, '2026-02-10T00:00:09.000Z'],
  [0.9999, '2026-02-10T00:00:17.998Z'],
])('draw %d of a window of twenty seconds is %s: its last tenth is for the order', (draw, expected) => {
  expect(drawInWindow(at('2026-02-10'), at('2026-02-10T00:00:20Z'), draw)).toBe(at(expected));
});

describe('after the CA was asked', () => {
  const answer = { start: at('2026-02-10'), end: at('2026-02-12'), explanationUrl: 'https://ca.test/why' };
  const id = '0001-11223344';
  const now = at('2026-02-03');
  const asked = { generation: id, draw: 0, now };
  const drawnAnew = { ...answer, generation: id, renewAt: at('2026-02-10'), confirmedAt: now };

  it('the first answer is drawn in', () => {
    expect(windowAfterAnswer(null, answer, asked)).toEqual(drawnAnew);
  });

  it('the same window keeps its moment, and takes the new explanation', () => {
    expect(windowAfterAnswer(makeWindow(), answer, asked)).toEqual({
      ...drawnAnew,
      renewAt: at('2026-02-11'),
    });
  });

  it.each([
    ['an earlier start', { start: at('2026-02-09') }],
    ['a later end', { end: at('2026-02-13') }],
    ['another generation', { generation: '0000-99999999' }],
  ])('%s is another window and is drawn in anew', (_sentence, change) => {
    expect(windowAfterAnswer(makeWindow(change), answer, asked)).toEqual(drawnAnew);
  });
});

describe('when the CA could not be asked', () => {
  const confirmedAt = at('2026-02-20');
  const late = makeWindow({ renewAt: at('2026-03-20'), confirmedAt });
  const silent = (window: RenewalWindow | null, now: string) =>
    windowAfterSilence(window, makeGeneration(), null, at(now));

  it('a window that lies behind the share of the lifetime holds for three days', () => {
    expect(silent(late, '2026-02-22T23:59:59.999Z')).toEqual(late);
    expect(silent(late, '2026-02-23')).toBeNull();
  });

  it('one that lies before it holds for ever', () => {
    const early = makeWindow({ renewAt: at('2026-02-25'), confirmedAt });
    expect(silent(early, '2026-03-31')).toEqual(early);
  });

  it('a tenth of a lifetime of six days is all that its window holds', () => {
    const six = makeGeneration({ leaf: makeLeaf({ notAfter: at('2026-01-07') }) });
    const window = makeWindow({ renewAt: at('2026-01-06'), confirmedAt: at('2026-01-01') });
    expect(windowAfterSilence(window, six, null, at('2026-01-01T14:23:59Z'))).toEqual(window);
    expect(windowAfterSilence(window, six, null, at('2026-01-01T14:24Z'))).toBeNull();
  });

  it('none stays none', () => {
    expect(silent(null, '2026-03-31')).toBeNull();
  });
});
