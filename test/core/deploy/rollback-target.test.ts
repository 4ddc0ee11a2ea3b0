import { describe, expect, it } from 'vitest';
import { rollbackOf } from '../../../src/core/deploy/rollback-target.ts';
import type { Generation, Observed } from '../../../src/core/model.ts';
import {
  at,
  makeGeneration,
  makeLeaf,
  makeObserved,
  makeRevocation,
  makeTarget,
} from '../../support/make-observed.ts';

function generation(id: string, change: Parameters<typeof makeLeaf>[0] = {}): Generation {
  return makeGeneration({ id, leaf: makeLeaf({ keySha256: id, ...change }) });
}

const one = generation('0001-11111111');
const two = generation('0002-22222222');
const three = generation('0003-33333333');
const all = [one, two, three];

const seenWith = (change: Parameters<typeof makeObserved>[0] = {}) =>
  makeObserved({ issued: all, live: three, ...change });
const back = (seen: Observed, to: string | null = null, target = makeTarget()) =>
  rollbackOf(target, seen, to, at('2026-02-01'));

describe('a rollback goes', () => {
  it('to the one before what is live, which is rejected', () => {
    expect(back(seenWith())).toEqual({ to: two.id, rejected: [three.id] });
  });

  it('from what is live, and rejects what is newer, too', () => {
    expect(back(seenWith({ live: two }))).toEqual({ to: one.id, rejected: [two.id, three.id] });
  });

  it('to the one that is named, and rejects all that are newer', () => {
    expect(back(seenWith(), one.id)).toEqual({ to: one.id, rejected: [two.id, three.id] });
  });

  it('nowhere where what is live is named, and what is newer is rejected', () => {
    expect(back(seenWith({ live: two }), two.id)).toEqual({ to: two.id, rejected: [three.id] });
  });

  it('past what was rejected before, which stays so', () => {
    const seen = seenWith({ deploy: { rejected: ['0000-00000000', two.id] } });
    expect(back(seen)).toEqual({ to: one.id, rejected: [two.id, three.id] });
  });

  it.each<[string, Observed]>([
    [
      'revoked',
      seenWith({
        revoked: [makeRevocation({ generation: two.id, reason: 'superseded', keySha256: two.id })],
      }),
    ],
    [
      'of a compromised key',
      seenWith({ revoked: [makeRevocation({ generation: '0000-99999999', keySha256: two.id })] }),
    ],
    ['at its end', seenWith({ issued: [one, generation(two.id, { notAfter: at('2026-02-01') }), three] })],
    ['for other names', seenWith({ issued: [one, generation(two.id, { domains: ['b.example'] }), three] })],
  ])('past one that is %s', (_words, seen) => {
    expect(back(seen).to).toBe(one.id);
  });

  it('nowhere where certd has taken the newer one back already, which is not tried again', () => {
    expect(back(seenWith({ live: two, deploy: { refused: three.id } }))).toEqual({
      to: two.id,
      rejected: [three.id],
    });
    expect(back(seenWith({ live: two, deploy: { refused: three.id, rejected: [three.id] } })).to).toBe(
      one.id,
    );
  });

  it('from what is live where its issued copy is lost', () => {
    expect(back(seenWith({ issued: [one, two] }))).toEqual({ to: two.id, rejected: [three.id] });
  });
});

describe('a rollback is refused', () => {
  const refusal = (seen: Observed, to: string | null = null, target = makeTarget()) => {
    try {
      return back(seen, to, target);
    } catch (thrown) {
      return thrown;
    }
  };
  const none = (message: string) => ({ code: 'no-rollback-target', message });

  it.each<[string, Observed, string | null, object]>([
    [
      'where there is nothing before',
      seenWith({ live: one }),
      null,
      none('there is no generation of a.example before 0001-11111111'),
    ],
    [
      'where nothing is live',
      seenWith({ live: null }),
      null,
      none('nothing of a.example is live; `certd deploy a.example` deploys what is issued'),
    ],
    [
      'to one that is newer',
      seenWith({ live: one }),
      two.id,
      none('a.example cannot go back to 0002-22222222: it is newer than what is live (0001-11111111)'),
    ],
    [
      'to one that was rolled back itself',
      seenWith({ deploy: { rejected: [two.id] } }),
      two.id,
      none('a.example cannot go back to 0002-22222222: it was rolled back itself'),
    ],
    [
      'to one that is not there, with those that are',
      seenWith({
        issued: [generation(one.id, { notAfter: at('2026-01-31') }), two, three],
        revoked: [makeRevocation({ generation: three.id, keySha256: three.id })],
      }),
      '0009-99999999',
      {
        code: 'usage',
        message:
          'a.example has no generation 0009-99999999; there are: 0001-11111111 (ended 2026-01-31T00:00:00.000Z), 0002-22222222, 0003-33333333 (is revoked)',
      },
    ],
    [
      'where there is none at all',
      seenWith({ issued: [] }),
      one.id,
      { code: 'usage', message: 'a.example has no generation 0001-11111111; there are: none' },
    ],
  ])('%s', (_words, seen, to, expected) => {
    expect(refusal(seen, to)).toMatchObject(expected);
  });

  it('where none before can be it, with why', () => {
    const target = makeTarget({ domains: ['a.example', 'new.example'] });
    const compromised = makeRevocation({ generation: '0000-99999999', keySha256: one.id });
    expect(refusal(seenWith({ revoked: [compromised] }), null, target)).toMatchObject(
      none(
        'no generation of a.example before 0003-33333333 can be gone back to: 0001-11111111 has the key of 0000-99999999, which is compromised; 0002-22222222 does not name new.example, which the configuration has',
      ),
    );
  });
});
