import { expect, it } from 'vitest';
import type { DeployState } from '../../src/core/deploy/deploy-model.ts';
import type { Asked } from '../../src/core/issue/due.ts';
import { planFor } from '../../src/core/plan.ts';
import { statusDocument } from '../../src/core/status/status.ts';
import { at, makeGeneration, makeLeaf, makeObserved, makeTarget } from '../support/make-observed.ts';

const target = makeTarget({ deploy: { window: { from: 120, to: 300, timeZone: 'UTC' } } });
const old = makeGeneration();
const fresh = makeGeneration({ id: '0002-55667788', leaf: makeLeaf({ serial: '02' }) });
const opens = '2026-01-15T02:00:00.000Z';

const owed = (deploy: Partial<DeployState> = {}) =>
  makeObserved({
    issued: [old, fresh],
    live: old,
    deploy: { deployed: old.id, ...deploy },
    issuer: { windowCheckAt: at('2026-01-15T06:00Z') },
  });

it('a deploy waits for its window, whoever asks for a renewal, and is woken for it', () => {
  const plan = (asked: Asked, now: string) => planFor(target, owed(), asked, at(now));
  const held = { kind: 'held', id: fresh.id, until: at(opens), by: 'window' };
  expect(plan('nothing', '2026-01-15')).toMatchObject({ deploy: held, wakeAt: at(opens) });
  for (const asked of ['pass', 'named', 'forced'] as const) {
    expect(plan(asked, '2026-01-15').deploy).toEqual(held);
  }
  expect(plan('nothing', opens).deploy).toEqual({ kind: 'now', id: fresh.id });
});

it('one that waits for its window is no problem, and one that has failed in it is', () => {
  const shown = (deploy: Partial<DeployState>) =>
    statusDocument({
      version: '0.1.0',
      source: 'daemon',
      pid: 812,
      startedAt: at('2026-01-10'),
      now: at('2026-01-15'),
      targets: [target],
      observed: [owed(deploy)],
      thresholds: { warning: 0.2, critical: 0.05 },
      problems: [],
    }).certificates[0];
  expect(shown({})).toMatchObject({
    status: 'ok',
    problems: [],
    deploy: { state: 'held-for-window', next_attempt_at: opens, last_error: null },
  });
  const failedAt = at('2026-01-14T04:59Z');
  const lastError = { code: 'hook-failed', message: 'x', at: failedAt, since: failedAt, problemType: null };
  expect(shown({ failures: 1, nextAttemptAt: at('2026-01-14T05:00Z'), lastError })).toMatchObject({
    status: 'critical',
    problems: [{ code: 'hook-failed' }],
    deploy: { state: 'failed', next_attempt_at: opens },
  });
});
