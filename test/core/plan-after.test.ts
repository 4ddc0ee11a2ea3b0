import { describe, expect, it } from 'vitest';
import type { Asked } from '../../src/core/due.ts';
import type { Observed } from '../../src/core/model.ts';
import { planFor } from '../../src/core/plan.ts';
import { at, makeObserved, makeTarget } from '../support/make-observed.ts';

const plan = (seen: Observed, now: string, asked: Asked = 'nothing') =>
  planFor(makeTarget(), seen, asked, at(now));

describe('commands that an earlier attempt owes', () => {
  const owed = {
    since: at('2026-01-14'),
    failures: 1,
    nextAttemptAt: at('2026-01-15T00:02Z'),
    lastError: null,
  };

  it('run now where nothing holds them, wait for their back-off else, and wake certd for it', () => {
    const seen = makeObserved({ afterOwed: owed, issuer: { windowCheckAt: at('2026-01-15T06:00Z') } });
    expect(plan(seen, '2026-01-15T00:01Z')).toMatchObject({
      after: { kind: 'held', until: at('2026-01-15T00:02Z') },
      wakeAt: at('2026-01-15T00:02Z'),
    });
    expect(plan(seen, '2026-01-15T00:02Z').after).toEqual({ kind: 'now' });
    expect(plan(seen, '2026-01-15T00:01Z', 'pass').after).toEqual({ kind: 'now' });
    expect(plan(makeObserved({ afterOwed: { ...owed, nextAttemptAt: null } }), '2026-01-14').after).toEqual({
      kind: 'now',
    });
  });
});
