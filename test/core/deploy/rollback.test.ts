import { describe, expect, it } from 'vitest';
import { isNearlyOver, reasonToStay } from '../../../src/core/deploy/rollback.ts';
import { at, makeGeneration, makeLeaf, makeRevocation } from '../../support/make-observed.ts';

const old = makeGeneration();
const facts = { onFailure: 'rollback', revoked: [], rejected: [], now: at('2026-02-01') } as const;

describe('why a deploy that failed does not go back', () => {
  it('no reason, where the old one is good', () => {
    expect(reasonToStay(old, facts)).toBeNull();
  });

  it.each([
    ['it is not wanted', old, { onFailure: 'keep' }, 'deploy.on_failure is keep'],
    ['there is no old one', null, {}, 'there is none to go back to'],
    ['the old one has ended', old, { now: at('2026-04-01') }, '0001-11223344 ended 2026-04-01T00:00:00.000Z'],
    [
      'a person has rejected the old one',
      old,
      { rejected: [old.id] },
      '0001-11223344 was rejected by a person',
    ],
    [
      'the old one is revoked',
      old,
      { revoked: [makeRevocation()] },
      '0001-11223344 is revoked, or its key is compromised',
    ],
    [
      'the key of the old one is compromised',
      old,
      { revoked: [makeRevocation({ generation: '0000-00000000' })] },
      '0001-11223344 is revoked, or its key is compromised',
    ],
  ] as const)('%s', (_, what, change, reason) => {
    expect(reasonToStay(what, { ...facts, ...change })).toBe(reason);
  });

  it('nothing keeps it that concerns another generation', () => {
    const other = {
      rejected: ['0002-22334455'],
      revoked: [makeRevocation({ generation: '0002-22334455', keySha256: 'b'.repeat(64) })],
    };
    expect(reasonToStay(old, { ...facts, ...other })).toBeNull();
  });
});

it('one is nearly over with less than a twentieth of its lifetime left', () => {
  // A twentieth of ninety days are four and a half.
  const leaf = makeLeaf({ notBefore: at('2026-01-01'), notAfter: at('2026-04-01') });
  expect(isNearlyOver({ id: old.id, leaf }, at('2026-03-27T12:00Z'))).toBe(false);
  expect(isNearlyOver({ id: old.id, leaf }, at('2026-03-27T12:00:00.001Z'))).toBe(true);
});
