import { expect, it } from 'vitest';
import { urgency } from '../../../src/core/issue/urgency.ts';
import {
  at,
  makeGeneration,
  makeLeaf,
  makeObserved,
  makeRevocation,
  makeWindow,
} from '../../support/make-observed.ts';

const ending = (notAfter: number) =>
  makeObserved({ issued: [makeGeneration({ leaf: makeLeaf({ notAfter }) })] });

it('what a person waits for comes before what certd does by itself', () => {
  expect(urgency(ending(7), 'nothing')).toEqual([1, 0, 7]);
  for (const asked of ['pass', 'named', 'forced'] as const)
    expect(urgency(ending(7), asked)).toEqual([0, 0, 7]);
});

it('what has failed comes after what has not, however soon it ends', () => {
  const failed = makeObserved({ issuer: { failures: 3 } });
  expect(urgency({ ...failed, issued: ending(7).issued }, 'nothing')).toEqual([1, 1, 7]);
});

it('no certificate at all is more urgent than any end', () => {
  expect(urgency(makeObserved({ issued: [] }), 'nothing')).toEqual([1, 0, 0]);
});

it('a window that ends comes before certificates that end later', () => {
  const seen = makeObserved({ issuer: { window: makeWindow({ end: 5 }) } });
  expect(urgency(seen, 'nothing')).toEqual([1, 0, 5]);
  const older = makeObserved({ issuer: { window: makeWindow({ generation: '0000-99999999', end: 5 }) } });
  expect(urgency(older, 'nothing')).toEqual([1, 0, at('2026-04-01')]);
});

it('and so is a revoked one', () => {
  expect(urgency(makeObserved({ revoked: [makeRevocation()] }), 'nothing')).toEqual([1, 0, 0]);
});
