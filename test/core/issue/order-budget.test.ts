import { expect, it } from 'vitest';
import { recentOrders, sparedUntil } from '../../../src/core/issue/order-budget.ts';
import { at } from '../../support/make-observed.ts';

const names = ['a.example', 'b.example'];
const now = at('2026-03-08T12:00Z');
const orders = (...moments: readonly string[]) =>
  moments.map(moment => ({ at: at(moment), domains: ['b.example', 'a.example'] }));

it('forgets what is seven days old, and what a clock that ran ahead has dated', () => {
  const kept = orders('2026-03-01T12:00:00.001Z', '2026-03-08T12:00Z');
  expect(recentOrders([...orders('2026-03-01T12:00Z'), ...kept, ...orders('2026-03-09')], now)).toEqual(kept);
});

it('spares nothing as long as three orders at most were placed for the same names', () => {
  expect(sparedUntil([], names, now)).toBeNull();
  expect(sparedUntil(orders('2026-03-02', '2026-03-03', '2026-03-04'), names, now)).toBeNull();
});

it('spares the fifth until the first of four is a week old', () => {
  const four = orders('2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05');
  expect(sparedUntil(four, names, now)).toBe(at('2026-03-09'));
  expect(sparedUntil([...four, ...orders('2026-03-06')], names, now)).toBe(at('2026-03-10'));
});

it('counts exactly the same set, in whatever order', () => {
  const four = orders('2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05');
  expect(sparedUntil(four, ['a.example'], now)).toBeNull();
  expect(sparedUntil(four, [...names, 'c.example'], now)).toBeNull();
  expect(sparedUntil(four, names.toReversed(), now)).toBe(at('2026-03-09'));
});
