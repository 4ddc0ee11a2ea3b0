import { describe, expect, it } from 'vitest';
import { type Asked, allChecks, pendingChanges, whyDue } from '../../../src/core/issue/due.ts';
import type { Observed, Revocation, Target } from '../../../src/core/model.ts';
import {
  at,
  makeChoice,
  makeGeneration,
  makeLeaf,
  makeObserved,
  makeOrder,
  makeRevocation,
  makeTarget,
  makeWindow,
} from '../../support/make-observed.ts';

const early = '2026-01-15';

function why(seen: Observed, asked: Asked, now: string, target: Target = makeTarget()) {
  const due = whyDue({ target, seen, asked, now: at(now) });
  return 'reason' in due ? due.reason : null;
}

describe('why a certificate is due', () => {
  it.each([
    ['nothing is due in the first two thirds', {}, 'nothing', '2026-03-01T23:59:59.999Z', null],
    ['a renewal is due at the very moment', {}, 'nothing', '2026-03-02', 'renewal-due'],
    ['and after it', {}, 'nothing', '2026-03-03', 'renewal-due'],
    ['and after the end', {}, 'nothing', '2027-01-01', 'renewal-due'],
    ['a clock far in the past makes nothing due', {}, 'nothing', '1970-01-01', null],
    ['a clock far in the future makes a renewal due', {}, 'nothing', '2099-01-01', 'renewal-due'],
    ['without a certificate one is due', { issued: [] }, 'nothing', early, 'no-certificate'],
    [
      'an order under way comes before everything',
      {
        issued: [],
        order: makeOrder(),
      },
      'forced',
      early,
      'order-under-way',
    ],
    [
      'an order under way for other domains is no reason',
      { order: makeOrder({ domains: ['other.example'] }) },
      'nothing',
      early,
      null,
    ],
    [
      'an order under way for more domains is no reason',
      {
        order: makeOrder({ domains: ['a.example', 'other.example'] }),
      },
      'nothing',
      early,
      null,
    ],
    [
      'an order under way for another key is no reason',
      { order: makeOrder({ keyType: 'rsa-2048' }) },
      'nothing',
      early,
      null,
    ],
    [
      'an order under way at another CA is no reason',
      { order: makeOrder({ ca: 'other' }) },
      'nothing',
      early,
      null,
    ],
    ['who asks for a pass gets no new certificate', {}, 'pass', early, null],
    ['who asks by name neither', {}, 'named', early, null],
    ['who forces does', {}, 'forced', early, 'forced'],
    [
      'without a certificate forcing is no reason of its own',
      { issued: [] },
      'forced',
      early,
      'no-certificate',
    ],
  ] as const)('%s', (_sentence, change, asked, now, code) => {
    expect(why(makeObserved(change), asked, now)?.code ?? null).toBe(code);
  });

  it('says which domains the configuration adds', () => {
    const target = makeTarget({ domains: ['a.example', 'b.example', 'c.example'] });
    expect(why(makeObserved(), 'nothing', early, target)).toEqual({
      code: 'domains-added',
      text: 'the configuration adds b.example, c.example',
    });
  });

  it('judges by the newest generation, not by the first', () => {
    const old = makeGeneration();
    const fresh = makeGeneration({
      id: '0002-55667788',
      leaf: makeLeaf({ notBefore: at('2026-03-02'), notAfter: at('2026-05-31') }),
    });
    expect(why(makeObserved({ issued: [old, fresh] }), 'nothing', '2026-03-03')).toBeNull();
  });
});

describe('the window of the CA', () => {
  const seen = (change: Parameters<typeof makeWindow>[0]) =>
    makeObserved({ issuer: { window: makeWindow(change) } });

  it('is what is waited for', () => {
    expect(why(seen({}), 'nothing', '2026-02-10T23:59Z')).toBeNull();
    expect(why(seen({}), 'nothing', '2026-02-11')).toEqual({
      code: 'renewal-due',
      text: "the CA's renewal window has come",
    });
  });

  it('of another generation leaves the share of the lifetime to decide', () => {
    const stale = seen({ generation: '0000-99999999' });
    expect(why(stale, 'nothing', '2026-02-12')).toBeNull();
    expect(why(stale, 'nothing', '2026-03-02')?.text).toBe('its share of the lifetime has passed');
  });

  it('that lies in the past does not make the newborn due by itself, but for a person who asks', () => {
    const past = seen({ renewAt: at('2025-06-01') });
    expect(why(past, 'nothing', '2026-01-01T00:59Z')).toBeNull();
    expect(why(past, 'nothing', '2026-01-01T01:00Z')?.code).toBe('renewal-due');
    expect(why(past, 'pass', '2026-01-01T00:01Z')?.code).toBe('renewal-due');
  });

  it('beyond the end is not waited for, asked or not', () => {
    const beyond = seen({ renewAt: at('2027-01-01') });
    expect(why(beyond, 'nothing', '2026-03-27T11:59Z')).toBeNull();
    expect(why(beyond, 'nothing', '2026-03-27T12:00Z')?.code).toBe('renewal-due');
    expect(why(beyond, 'named', '2026-03-27T12:00Z')?.code).toBe('renewal-due');
  });
});

describe('what waits for the next renewal', () => {
  const changed = makeTarget({
    domains: ['b.example'],
    keyType: 'rsa-2048',
    cas: [makeChoice({ name: 'other' })],
  });
  const generation = makeGeneration({ leaf: makeLeaf({ domains: ['a.example', 'b.example'] }) });

  it('is named, each change', () => {
    expect(pendingChanges(changed, generation)).toEqual([
      'domains removed: a.example',
      'key type: rsa-2048',
      'ca: other',
    ]);
  });

  it('has the preferred chain, also where there is none any more', () => {
    const choice = (preferredChain: string | null) => makeTarget({ cas: [makeChoice({ preferredChain })] });
    const of = (preferredChain: string | null) => makeGeneration({ preferredChain });
    expect(pendingChanges(choice('ISRG Root X1'), of(null))).toEqual(['preferred chain: ISRG Root X1']);
    expect(pendingChanges(choice(null), of('ISRG Root X1'))).toEqual(['preferred chain: none']);
    expect(pendingChanges(choice('ISRG Root X1'), of('ISRG Root X1'))).toEqual([]);
  });

  it('is nothing where the generation is as configured, in whatever order of domains', () => {
    const target = makeTarget({ domains: ['b.example', 'a.example'] });
    expect(pendingChanges(target, generation)).toEqual([]);
  });

  it('is carried out for who asks by name, and only then', () => {
    const seen = makeObserved({ issued: [generation] });
    expect(why(seen, 'nothing', early, changed)).toBeNull();
    expect(why(seen, 'pass', early, changed)).toBeNull();
    expect(why(seen, 'named', early, changed)).toEqual({
      code: 'configuration-changed',
      text: 'domains removed: a.example; key type: rsa-2048; ca: other',
    });
  });
});

describe('a revoked certificate', () => {
  const revoked = (change: Partial<Revocation> = {}) => makeObserved({ revoked: [makeRevocation(change)] });

  it('is due at once, whatever its age', () => {
    expect(why(revoked(), 'nothing', early)).toEqual({
      code: 'revoked',
      text: 'generation 0001-11223344 is revoked (keyCompromise)',
    });
  });

  it('is due before what the configuration changes', () => {
    const target = makeTarget({ domains: ['a.example', 'b.example'] });
    expect(why(revoked(), 'nothing', early, target)?.code).toBe('revoked');
  });

  it('is forced where that is asked for', () => {
    expect(why(revoked(), 'forced', early)?.code).toBe('forced');
  });

  it('has one due that only shares its compromised key', () => {
    expect(why(revoked({ generation: '0000-99887766' }), 'nothing', early)).toEqual({
      code: 'revoked',
      text: 'generation 0001-11223344 has the key of 0000-99887766, which is compromised',
    });
  });

  it('is no reason any more once it is replaced', () => {
    const leaf = makeLeaf({ keySha256: 'bb22'.repeat(16) });
    const issued = [makeGeneration(), makeGeneration({ id: '0002-aabbccdd', leaf })];
    expect(why(makeObserved({ issued, revoked: [makeRevocation()] }), 'nothing', early)).toBeNull();
  });

  describe('that is not to be replaced', () => {
    const kept = revoked({ replace: false });

    it.each([
      ['nothing', '2026-03-03'],
      ['nothing', '2027-01-01'],
      ['pass', '2026-03-03'],
      ['named', '2026-03-03'],
    ] as const)('is not due for who asks for %s on %s', (asked, now) => {
      expect(whyDue({ target: makeTarget(), seen: kept, asked, now: at(now) })).toEqual({
        revoked: makeRevocation({ replace: false }),
      });
    });

    it('nor when its window has come', () => {
      const seen = { ...kept, issuer: { ...kept.issuer, window: makeWindow() } };
      expect(why(seen, 'named', '2026-02-12')).toBeNull();
    });

    it('is ordered anew by force, for a name that is added, and for a change that is asked for', () => {
      expect(why(kept, 'forced', early)?.code).toBe('forced');
      const more = makeTarget({ domains: ['a.example', 'b.example'] });
      expect(why(kept, 'nothing', early, more)?.code).toBe('domains-added');
      expect(why(kept, 'named', early, makeTarget({ keyType: 'rsa-2048' }))?.code).toBe(
        'configuration-changed',
      );
    });
  });
});

describe('all checks', () => {
  const order = [
    'order-under-way',
    'no-certificate',
    'forced',
    'revoked',
    'cloned',
    'domains-added',
    'configuration-changed',
    'renewal-due',
  ];
  const results = (seen: Observed, asked: Asked = 'nothing', target = makeTarget()) =>
    allChecks({ target, seen, asked, now: at('2026-03-03') });
  const speaking = (...look: Parameters<typeof results>) =>
    results(...look).flatMap(({ code, reason }) => (reason === null ? [] : [code]));

  it('are told in the order in which they count', () => {
    expect(results(makeObserved()).map(({ code }) => code)).toEqual(order);
  });

  it.each<[string, Observed, Asked, readonly string[]]>([
    ['nothing but the age', makeObserved(), 'nothing', ['renewal-due']],
    ['what is forced and due', makeObserved(), 'forced', ['forced', 'renewal-due']],
    ['a revoked one', makeObserved({ revoked: [makeRevocation()] }), 'nothing', ['revoked']],
    [
      'no certificate, and an order for it',
      makeObserved({ issued: [], order: makeOrder() }),
      'nothing',
      ['order-under-way', 'no-certificate'],
    ],
  ])('say yes of %s', (_sentence, seen, asked, codes) => {
    expect(speaking(seen, asked)).toEqual(codes);
    const due = whyDue({ target: makeTarget(), seen, asked, now: at('2026-03-03') });
    expect('reason' in due ? due.reason.code : null).toBe(codes[0]);
  });
});
