import { expect, it } from 'vitest';
import { chooseCa } from '../../../src/core/issue/choose-ca.ts';
import type { Trouble } from '../../../src/core/model.ts';
import {
  at,
  makeChoice,
  makeObserved,
  makeOrder,
  makeTarget,
  makeTrouble,
} from '../../support/make-observed.ts';

const now = at('2026-03-02');
const target = makeTarget({
  cas: [makeChoice(), makeChoice({ name: 'second' }), makeChoice({ name: 'third' })],
});
/** Without a certificate: whoever fails is given up. */
const none = (troubles: readonly Trouble[], order: string | null = null) => {
  const underWay = order === null ? null : makeOrder({ ca: order });
  return makeObserved({ issued: [], issuer: { troubles }, order: underWay });
};
const chosen = (seen: ReturnType<typeof none>) => chooseCa(target, seen, now).name;
const failed = (ca: string, more: Partial<Trouble> = {}) => makeTrouble({ ca, ...more });

it('is the first of the list', () => {
  expect(chosen(none([]))).toBe('main');
});

it('is the next where the first is given up', () => {
  expect(chosen(none([failed('main')]))).toBe('second');
  expect(chosen(none([failed('main'), failed('second')]))).toBe('third');
});

it('stays the first where a certificate leaves time to wait for it', () => {
  expect(
    chooseCa(target, makeObserved({ issuer: { troubles: [makeTrouble({ since: now })] } }), now).name,
  ).toBe('main');
});

it('is where an order is under way, unless that CA is given up', () => {
  expect(chosen(none([], 'second'))).toBe('second');
  expect(chosen(none([failed('second')], 'second'))).toBe('main');
  expect(chosen(none([], 'no longer in the list'))).toBe('main');
});

it('is the one that can be asked soonest where all are given up, and of equals the one asked longest ago', () => {
  const wait = { notBefore: at('2026-03-03') };
  expect(chosen(none([failed('main', wait), failed('second', wait), failed('third')]))).toBe('third');
  const times = ['2026-03-01T03:00Z', '2026-03-01T01:00Z', '2026-03-01T02:00Z'].map(at);
  const all = ['main', 'second', 'third'].map((ca, index) => failed(ca, { at: times[index] ?? 0 }));
  expect(chosen(none(all))).toBe('second');
});

it('is the only one there is, whatever it does', () => {
  const alone = makeTarget();
  expect(chooseCa(alone, none([failed('main')]), now).name).toBe('main');
});
