import { describe, expect, it } from 'vitest';
import { planDeploy } from '../../src/core/deploy/deploy-verdict.ts';
import type { Asked } from '../../src/core/issue/due.ts';
import type { Observed } from '../../src/core/model.ts';
import { planFor } from '../../src/core/plan.ts';
import { at, makeGeneration, makeObserved, makeTarget } from '../support/make-observed.ts';

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

describe('the decision about the deploy alone', () => {
  const old = makeGeneration();
  const owed = makeObserved({
    issued: [old, makeGeneration({ id: '0002-55667788' })],
    live: old,
    deploy: { deployed: old.id },
  });
  const now = at('2026-01-15');

  it('is the one of the whole plan', () => {
    expect(planDeploy(makeTarget(), owed, 'nobody', now)).toEqual({ kind: 'now', id: '0002-55667788' });
  });

  it('is one that was rolled back for who forces it, and for nobody else', () => {
    const seen = { ...owed, deploy: { ...owed.deploy, rejected: ['0002-55667788'] } };
    expect(planDeploy(makeTarget(), seen, 'forced', now)).toEqual({ kind: 'now', id: '0002-55667788' });
    expect(planDeploy(makeTarget(), seen, 'named', now)).toEqual({ kind: 'none' });
  });

  it('is none while a file on disk cannot be read', () => {
    const corrupt = { code: 'state-corrupt', message: 'x.json cannot be used', blocking: true } as const;
    expect(planDeploy(makeTarget(), { ...owed, faults: [corrupt] }, 'forced', now)).toEqual({
      kind: 'blocked',
      code: 'state-corrupt',
      message: 'x.json cannot be used',
    });
  });
});

it('the last order of five in a week is spared while the lifetime is not over, and forced all the same', () => {
  const orders = [1, 2, 3, 4].map(day => ({ at: at(`2026-01-1${day}`), domains: ['a.example'] }));
  const window = {
    generation: '0001-11223344',
    start: at('2026-01-10'),
    end: at('2026-01-11'),
    renewAt: at('2026-01-10T12:00Z'),
    explanationUrl: null,
    confirmedAt: at('2026-01-14'),
  };
  const seen = makeObserved({ issuer: { orders, window, windowCheckAt: at('2026-01-15T06:00Z') } });
  expect(plan(seen, '2026-01-15').issue).toMatchObject({
    kind: 'held',
    by: 'limit',
    until: at('2026-01-18'),
  });
  expect(plan(seen, '2026-01-15', 'forced').issue.kind).toBe('now');
  // A change of the configuration could wait, too, whoever asks for it.
  const changed = makeTarget({ keyType: 'rsa-4096' });
  expect(planFor(changed, seen, 'named', at('2026-01-15')).issue).toMatchObject({
    reason: { code: 'configuration-changed' },
    by: 'limit',
    until: at('2026-01-18'),
  });
});
