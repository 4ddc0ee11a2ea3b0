import { describe, expect, it } from 'vitest';
import { type HostChange, ownHost } from '../../../src/core/host/host-change.ts';
import { lastValidations, validatedAfter } from '../../../src/core/issue/validated.ts';
import { firstIssuerState, type Observed, type Validation } from '../../../src/core/model.ts';
import { at, makeGeneration } from '../../support/make-observed.ts';

const validation = (domain: string, day: string, ca = 'main'): Validation => ({ domain, ca, at: at(day) });

type Seen = Pick<Observed, 'issued' | 'host' | 'issuer'>;

/** A name with these validations in its newest generation, the third. */
function makeSeen(validated: readonly Validation[], change: Partial<Seen> = {}): Seen {
  const older = makeGeneration({ id: '0002-11223344', validated: [validation('old.example', '2026-01-01')] });
  const newest = makeGeneration({ id: '0003-11223344', validated });
  return { issued: [older, newest], host: ownHost, issuer: firstIssuerState, ...change };
}

const change = (phase: HostChange['phase']): HostChange => ({
  cause: null,
  changedAt: at('2026-01-02'),
  renewAt: at('2026-01-02'),
  phase,
  facts: [],
});

describe('after an order', () => {
  const order = {
    domains: ['a.example', 'b.example', 'c.example'],
    answered: new Set(['b.example', 'gone.example']),
    ca: 'other',
    now: at('2026-03-01'),
  };
  const before = [
    validation('a.example', '2026-02-01'),
    validation('b.example', '2026-02-01'),
    validation('d.example', '2026-02-01'),
  ];

  it('a domain was validated when certd answered for it, else when the generation before says; else nobody knows', () => {
    expect(validatedAfter(makeSeen(before), order)).toEqual([
      validation('a.example', '2026-02-01', 'main'),
      validation('b.example', '2026-03-01', 'other'),
    ]);
  });

  it('nothing is taken over from a copy, which was validated at another host', () => {
    const host = { ...ownHost, copied: '0003-11223344' };
    expect(validatedAfter(makeSeen(before, { host }), order)).toEqual([
      validation('b.example', '2026-03-01', 'other'),
    ]);
  });

  it('nothing is known of the first', () => {
    expect(validatedAfter(makeSeen([], { issued: [] }), { ...order, answered: new Set() })).toEqual([]);
  });
});

describe('the last validation of a domain', () => {
  const last = (...names: readonly Seen[]) => [...lastValidations(names).values()];
  const one = validation('a.example', '2026-02-01');
  const later = validation('a.example', '2026-02-02');

  it('is that of the newest generation, and of several certificates the latest', () => {
    expect(last(makeSeen([one]))).toEqual([one]);
    expect(last(makeSeen([one]), makeSeen([later]))).toEqual([later]);
    expect(last(makeSeen([later]), makeSeen([one]))).toEqual([later]);
    expect(last(makeSeen([]), makeSeen([], { issued: [] }))).toEqual([]);
  });

  it('counts no more once an attempt has failed', () => {
    const issuer = { ...firstIssuerState, failures: 1 };
    expect(last(makeSeen([one], { issuer }))).toEqual([]);
  });

  it('counts not where the state is another host’s, or nobody knows whose', () => {
    for (const host of [
      { ...ownHost, change: change('waiting') },
      { ...ownHost, change: change('clearing') },
      { ...ownHost, change: change('replacing'), copied: '0003-11223344' },
      { ...ownHost, fault: { code: 'state-corrupt', message: '' } },
    ] as const) {
      expect(last(makeSeen([one], { host }))).toEqual([]);
    }
    const replaced = { ...ownHost, change: change('replacing'), copied: '0002-11223344' };
    expect(last(makeSeen([one], { host: replaced }))).toEqual([one]);
  });
});
