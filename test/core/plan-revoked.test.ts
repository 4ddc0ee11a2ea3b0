import { describe, expect, it } from 'vitest';
import { deployTarget } from '../../src/core/deploy/deploy-verdict.ts';
import type { Asked } from '../../src/core/issue/due.ts';
import type { Observed } from '../../src/core/model.ts';
import { planFor } from '../../src/core/plan.ts';
import {
  at,
  makeGeneration,
  makeLeaf,
  makeObserved,
  makeRevocation,
  makeTarget,
  makeTrouble,
} from '../support/make-observed.ts';

const plan = (seen: Observed, now: string, asked: Asked = 'nothing') =>
  planFor(makeTarget(), seen, asked, at(now));

describe('a revoked certificate', () => {
  const revoked = makeObserved({ revoked: [makeRevocation()] });
  const newer = makeGeneration({ id: '0002-55667788', leaf: makeLeaf({ keySha256: 'bb22'.repeat(16) }) });

  it('is ordered anew now, and nobody is asked for its window', () => {
    expect(plan(revoked, '2026-01-16')).toMatchObject({
      issue: { kind: 'now', reason: { code: 'revoked' } },
      askWindow: false,
      revoke: null,
      wakeAt: null,
    });
    expect(plan(revoked, '2026-01-16', 'named').askWindow).toBe(false);
  });

  it('waits as long as the CA asks', () => {
    const until = at('2026-01-16T12:00Z');
    const seen = makeObserved({
      revoked: [makeRevocation()],
      issuer: { troubles: [makeTrouble({ notBefore: until })] },
    });
    expect(plan(seen, '2026-01-16', 'named').issue).toMatchObject({ kind: 'held', by: 'ca', until });
  });

  it('that is not to be replaced waits for nothing', () => {
    const revocation = makeRevocation({ replace: false });
    expect(plan(makeObserved({ revoked: [revocation] }), '2026-03-20', 'named')).toMatchObject({
      issue: { kind: 'revoked', revocation },
      askWindow: false,
      deploy: { kind: 'none' },
      wakeAt: null,
    });
  });

  it('is not deployed any more, where it was not yet', () => {
    const seen = makeObserved({
      issued: [makeGeneration(), newer],
      live: { id: '0001-11223344', leaf: makeLeaf() },
      deploy: { deployed: '0001-11223344' },
      revoked: [makeRevocation({ generation: newer.id, keySha256: newer.leaf.keySha256 })],
    });
    expect(deployTarget(seen)).toBe('0001-11223344');
    expect(plan(seen, '2026-01-16').deploy).toEqual({ kind: 'none' });
  });

  it('stays live until another one is there: an older one does not come back', () => {
    const seen = makeObserved({
      issued: [makeGeneration(), newer],
      revoked: [makeRevocation({ generation: newer.id, keySha256: newer.leaf.keySha256 })],
    });
    expect(plan(seen, '2026-01-16').deploy).toEqual({ kind: 'none' });
  });

  it('has its CA asked again when the hour is over', () => {
    const open = makeRevocation({ confirmedAt: null, signedBy: null });
    const seen = makeObserved({ issued: [makeGeneration(), newer], revoked: [open] });
    expect(plan(seen, '2026-01-15T10:59Z')).toMatchObject({ revoke: null, wakeAt: at('2026-01-15T11:00Z') });
    expect(plan(seen, '2026-01-15T11:00Z').revoke).toEqual(open);
  });
});
