import { describe, expect, it } from 'vitest';
import type { Revocation } from '../../../src/core/model.ts';
import { nextRevocation, withdrawalOf } from '../../../src/core/revoke/revocation.ts';
import { at, makeGeneration, makeLeaf, makeObserved, makeRevocation } from '../../support/make-observed.ts';

const otherKey = makeLeaf({ keySha256: 'bb22'.repeat(16) });

describe('a generation is withdrawn', () => {
  it.each<[string, Partial<Revocation>, boolean]>([
    ['when it was revoked, whatever the reason', { reason: 'superseded' }, true],
    ['when that is asked for and not confirmed', { confirmedAt: null, signedBy: null }, true],
    ['not when another one of another key was', { generation: '0002-aabbccdd', keySha256: 'bb22' }, false],
    ['when the key of another one that has the same became known', { generation: '0002-aabbccdd' }, true],
    [
      'when the key of another one that has the same has signed',
      { generation: '0002-aabbccdd', reason: 'unspecified', signedBy: 'certificate' },
      true,
    ],
    [
      'not when another one of the same key was revoked for something else',
      { generation: '0002-aabbccdd', reason: 'superseded' },
      false,
    ],
  ])('%s', (_sentence, change, withdrawn) => {
    const revocation = makeRevocation(change);
    const expected = withdrawn ? revocation : null;
    expect(withdrawalOf(makeGeneration(), { revoked: [revocation] })).toEqual(expected);
  });

  it('for its own sake before the key’s', () => {
    const own = makeRevocation({ reason: 'superseded', replace: false });
    const ofTheKey = makeRevocation({ generation: '0002-aabbccdd' });
    expect(withdrawalOf(makeGeneration(), { revoked: [ofTheKey, own] })).toEqual(own);
  });
});

describe('the CA is asked again', () => {
  const open = { confirmedAt: null, signedBy: null, askedAt: at('2026-01-15T10:00Z') } as const;
  const next = (revoked: readonly Revocation[], now: string) => {
    const found = nextRevocation(makeObserved({ revoked }), at(now));
    return found === null ? null : [found.revocation.generation, new Date(found.at).toISOString()];
  };

  it('an hour after it was asked', () => {
    expect(next([makeRevocation(open)], '2026-01-15T10:20Z')).toEqual([
      '0001-11223344',
      '2026-01-15T11:00:00.000Z',
    ]);
  });

  it('now, where that is past', () => {
    expect(next([makeRevocation(open)], '2026-01-16T00:00Z')?.[1]).toBe('2026-01-16T00:00:00.000Z');
  });

  it('now, where a clock that ran ahead wrote down when', () => {
    const ahead = makeRevocation({ ...open, askedAt: at('2029-01-01') });
    expect(next([ahead], '2026-01-15T10:20Z')?.[1]).toBe('2026-01-15T10:20:00.000Z');
  });

  it('about the one that has waited longest first', () => {
    const generations = [makeGeneration(), makeGeneration({ id: '0002-aabbccdd', leaf: otherKey })];
    const later = makeRevocation({ ...open, askedAt: at('2026-01-15T10:30Z') });
    const sooner = makeRevocation({ ...open, generation: '0002-aabbccdd' });
    const seen = makeObserved({ issued: generations, revoked: [later, sooner] });
    expect(nextRevocation(seen, at('2026-01-15T10:20Z'))?.revocation.generation).toBe('0002-aabbccdd');
  });

  it('never about one that it has confirmed, or that is not on disk any more', () => {
    expect(next([makeRevocation()], '2026-01-20')).toBeNull();
    expect(next([makeRevocation({ ...open, generation: '0000-00000000' })], '2026-01-20')).toBeNull();
  });
});
