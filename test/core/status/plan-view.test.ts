import { expect, it } from 'vitest';
import type { Observed, Target } from '../../../src/core/model.ts';
import { planFor } from '../../../src/core/plan.ts';
import { planView } from '../../../src/core/status/plan-view.ts';
import { day, makeRevocation } from '../../support/make-observed.ts';
import { threeHundred } from '../../support/many-certificates.ts';
import { examples, now } from '../../support/status-examples.ts';

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
    'pop.example',
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

/** The first of `count`, moved to so many milliseconds from now; the others come weeks later. */
function withFirstIn(ms: number, count: number) {
  const late = threeHundred()
    .filter(({ seen }) => seen.name !== 'host-206.example')
    .slice(200, 200 + count);
  return plan(late).map((verdict, index) => {
    if (index > 0 || verdict.issue.kind !== 'later') return verdict;
    const moment = { ...verdict.issue.moment, renewAt: now + ms };
    return { ...verdict, issue: { ...verdict.issue, moment } };
  });
}

it.each([
  ['exactly a day from now is shown', day, 1],
  ['a millisecond later is counted', day + 1, 0],
])('what comes %s', (_sentence, ms, count) => {
  const { shown, rest } = planView(withFirstIn(ms, 40), now, false);
  expect(shown).toHaveLength(count);
  expect((rest?.counts ?? []).map(({ count }) => count).reduce((sum, count) => sum + count)).toBe(40 - count);
});

it('twenty are all shown, and of twenty-one what comes within a day', () => {
  expect(planView(withFirstIn(day, 20), now, false).shown).toHaveLength(20);
  expect(planView(withFirstIn(day, 21), now, false).shown).toHaveLength(1);
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

it('a revoked one that nothing replaces waits for a person, and is always shown', () => {
  const [first, ...others] = threeHundred().slice(200, 240);
  const revoked = [makeRevocation({ replace: false })];
  const all = first === undefined ? [] : [...others, { ...first, seen: { ...first.seen, revoked } }];
  const { shown } = planView(plan(all), now, false);
  expect(shown[0]).toMatchObject({ name: first?.seen.name, issue: { kind: 'revoked' } });
});
