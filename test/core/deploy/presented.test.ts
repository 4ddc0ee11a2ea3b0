import { describe, expect, it } from 'vitest';
import { gotWorse, type Presented, servedState } from '../../../src/core/deploy/presented.ts';
import { type ServedState, servedStates } from '../../../src/core/endpoint.ts';
import { at } from '../../support/make-observed.ts';

const expected = '11223344'.repeat(8);

function leaf(change: Partial<Extract<Presented, { kind: 'leaf' }>> = {}): Presented {
  return {
    kind: 'leaf',
    fingerprintSha256: expected,
    notAfter: at('2026-04-01'),
    fault: null,
    ...change,
  };
}

const fault = { code: 'CERT_HAS_EXPIRED', words: 'a certificate of the chain, or its root, has expired' };

describe('what an endpoint presents', () => {
  it('matches where it is the expected leaf and clients take it', () => {
    expect(servedState(leaf(), expected)).toEqual({ state: 'match', detail: null });
  });

  it('is untrusted where clients turn the expected leaf away, with their words and code', () => {
    expect(servedState(leaf({ fault }), expected)).toEqual({
      state: 'untrusted',
      detail: 'a certificate of the chain, or its root, has expired (CERT_HAS_EXPIRED)',
    });
  });

  it.each([null, fault])('is stale where it is another leaf, whatever clients say of it: %o', wrong => {
    const other = leaf({ fingerprintSha256: 'aabbccdd'.repeat(8), fault: wrong });
    expect(servedState(other, expected)).toEqual({
      state: 'stale',
      detail: 'it presents another certificate (SHA-256 aabbccdd…, ends 2026-04-01T00:00:00.000Z)',
    });
  });

  it('is nothing where no handshake came about, with the reason', () => {
    expect(servedState({ kind: 'none', detail: 'ECONNREFUSED' }, expected)).toEqual({
      state: 'unreachable',
      detail: 'ECONNREFUSED',
    });
  });
});

describe('a deploy makes an endpoint worse', () => {
  it.each<[ServedState, boolean, readonly ServedState[]]>([
    ['match', true, ['stale', 'untrusted', 'unreachable']],
    ['stale', true, ['untrusted', 'unreachable']],
    ['stale', false, ['unreachable']],
    ['untrusted', false, ['stale', 'unreachable']],
    ['unreachable', false, []],
    ['unverified', false, []],
    ['unchecked', false, ['unreachable']],
  ])(
    'that was %s (accepted by clients: %s) only where it is afterwards one of %j',
    (state, accepted, worse) => {
      expect(servedStates.filter(after => gotWorse({ state, accepted }, after))).toEqual(worse);
    },
  );
});
