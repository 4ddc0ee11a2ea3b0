import { expect, it } from 'vitest';
import type { Observed, Target } from '../../src/core/model.ts';
import { planFor } from '../../src/core/plan.ts';
import { planView } from '../../src/core/plan-view.ts';
import { threeHundred } from '../support/many-certificates.ts';
import { examples, now } from '../support/status-examples.ts';

const plan = (certificates: readonly { readonly target: Target | null; readonly seen: Observed }[]) =>
  certificates.flatMap(({ target, seen }) => (target === null ? [] : planFor(target, seen, 'nothing', now)));

it('up to twenty are all shown: what somebody has to mend, what is done now, then by moment', () => {
  const { shown, rest } = planView(plan(Object.values(examples)), now, false);
  expect(shown.map(({ name }) => name)).toEqual([
    'a-rather-long-name-of-a-certificate.internal.example',
    'due.example',
    'mail.example',
    'new.example',
    'imap.example',
    'shop.example',
    'api.example',
    'www.example',
  ]);
  expect(rest).toBeNull();
});

it('of more, what comes within a day is shown, and the rest is counted by when', () => {
  const { shown, rest } = planView(plan(threeHundred()), now, false);
  expect(shown).toHaveLength(15);
  expect(shown[0]?.name).toBe('host-299.example');
  expect(rest).toEqual({
    counts: [
      { words: 'within a week', count: 28 },
      { words: 'within 30 days', count: 137 },
      { words: 'later', count: 120 },
    ],
    next: { name: 'host-005.example', at: Date.parse('2026-03-06T13:00Z') },
    asking: 97,
  });
});

it('a time without any certificate is not counted', () => {
  const late = threeHundred()
    .slice(200, 240)
    .filter(({ seen }) => seen.name !== 'host-206.example');
  expect(planView(plan(late), now, false).rest?.counts).toEqual([{ words: 'later', count: 39 }]);
});

it('those that were asked for by name are all shown', () => {
  expect(planView(plan(threeHundred()), now, true)).toMatchObject({ shown: { length: 300 }, rest: null });
});
