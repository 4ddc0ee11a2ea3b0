import { describe, expect, it } from 'vitest';
import type { DeployState } from '../../src/core/deploy/deploy-model.ts';
import type { Observed } from '../../src/core/model.ts';
import { planFor } from '../../src/core/plan.ts';
import { statusDocument } from '../../src/core/status/status.ts';
import {
  at,
  makeGeneration,
  makeLeaf,
  makeObserved,
  makeTarget,
  makeUnderWay,
} from '../support/make-observed.ts';

const now = at('2026-02-01');
const one = makeGeneration({ id: '0001-11223344', leaf: makeLeaf({ serial: '01' }) });
const two = makeGeneration({ id: '0002-55667788', leaf: makeLeaf({ serial: '02' }) });
const shown = ({ id, leaf }: typeof one) => ({ id, leaf });
const back = { code: 'hook-failed', message: 'exit 1', at: at('2026-01-15'), commands: true, failed: false };

describe('to be deployed is', () => {
  const deployOf = (seen: Observed) => planFor(makeTarget(), seen, 'nothing', now).deploy;

  it('what is deployed, where another deploy of it was cut short', () => {
    const deploy = { deployed: one.id, underWay: makeUnderWay({ id: one.id }) };
    const seen = makeObserved({ issued: [one], live: shown(one), deploy });
    expect(deployOf(seen)).toEqual({ kind: 'now', id: one.id });
  });

  it('an older one, where the live one was on its way back when it was revoked', () => {
    const deploy = { deployed: one.id, underWay: makeUnderWay({ id: two.id, from: one.id, back }) };
    const seen = makeObserved({ issued: [one], live: shown(two), deploy });
    expect(deployOf(seen)).toEqual({ kind: 'now', id: one.id });
  });

  it('nothing, where the live one is kept, and only its issued copy is lost', () => {
    const deploy = { deployed: one.id, underWay: makeUnderWay({ id: two.id, from: one.id }) };
    const seen = makeObserved({ issued: [one], live: shown(two), deploy });
    expect(deployOf(seen)).toEqual({ kind: 'none' });
  });

  it('one that was taken back, when its back-off is over', () => {
    const until = at('2026-02-01T00:05Z');
    const deploy = { deployed: one.id, refused: two.id, failures: 1, nextAttemptAt: until };
    const seen = makeObserved({ issued: [one, two], live: shown(one), deploy });
    expect(deployOf(seen)).toEqual({ kind: 'held', id: two.id, until, by: 'back-off' });
    expect(planFor(makeTarget(), seen, 'nothing', until).deploy).toEqual({ kind: 'now', id: two.id });
  });
});

describe('the state of the deploy is', () => {
  const lastError = { code: 'hook-failed', message: 'exit 1', at: now, since: now, problemType: null };
  const failed = { deployed: one.id, failures: 1, lastError } as const;

  it.each<[string, Partial<DeployState>, string]>([
    ['rolled-back where the newest was taken back', { ...failed, refused: two.id }, 'rolled-back'],
    ['failed where another was taken back before', { ...failed, refused: '0000-11223344' }, 'failed'],
    [
      'failed while it is under way again',
      { ...failed, refused: two.id, underWay: makeUnderWay() },
      'failed',
    ],
    [
      'rolled-back where what was taken back is rejected for good',
      { ...failed, refused: two.id, rejected: [two.id] },
      'rolled-back',
    ],
  ])('%s', (_, deploy, state) => {
    const seen = makeObserved({ issued: [one, two], live: shown(one), deploy });
    const { certificates } = statusDocument({
      version: '0.1.0',
      source: 'daemon',
      pid: 1,
      startedAt: now,
      now,
      targets: [makeTarget()],
      observed: [seen],
      thresholds: { warning: 0.2, critical: 0.05 },
      problems: [],
    });
    expect(certificates[0]?.deploy.state).toBe(state);
  });
});
