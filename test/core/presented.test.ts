import { describe, expect, it } from 'vitest';
import { type ServedState, servedStates } from '../../src/core/endpoint.ts';
import { gotWorse, type Presented, servedState } from '../../src/core/presented.ts';
import { at } from '../support/make-observed.ts';

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
  it.each<[ServedState | null, readonly ServedState[]]>([
    [null, ['unreachable']],
    ['match', ['stale', 'untrusted', 'unreachable']],
    ['stale', ['unreachable']],
    ['untrusted', ['stale', 'unreachable']],
    ['unreachable', []],
    ['unverified', []],
    ['unchecked', ['unreachable']],
  ])('that was %s only where it is afterwards one of %j', (before, worse) => {
    expect(servedStates.filter(after => gotWorse(before, after))).toEqual(worse);
  });
});
