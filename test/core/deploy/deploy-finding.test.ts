import { describe, expect, it } from 'vitest';
import { findingOf } from '../../../src/core/deploy/deploy-finding.ts';
import type { Presented } from '../../../src/core/deploy/presented.ts';
import type { ServedState } from '../../../src/core/endpoint.ts';
import { at, makeEndpoint, makeServed } from '../../support/make-observed.ts';

const now = at('2026-01-20');
const leaf = (fingerprintSha256: string, isTrusted = true): Presented => ({
  kind: 'leaf',
  fingerprintSha256,
  notAfter: at('2026-04-01'),
  fault: isTrusted ? null : { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', words: 'no chain' },
});
const presented = {
  fresh: leaf('new'),
  untrusted: leaf('new', false),
  old: leaf('old'),
  none: { kind: 'none', detail: 'refused' },
} as const;
const found = (what: keyof typeof presented, before: ServedState | null, change = {}, last = makeServed()) =>
  findingOf(makeEndpoint(change), presented[what], {
    before: before === null ? null : { state: before, accepted: before === 'match' },
    last,
    fingerprint: 'new',
    now,
  });

it.each([
  ['match', 'fresh', 'served', 'match'],
  ['stale', 'fresh', 'served', 'match'],
  [null, 'fresh', 'served', 'match'],
  ['match', 'old', 'worse', 'stale'],
  ['untrusted', 'old', 'worse', 'stale'],
  ['stale', 'old', 'missed', 'stale'],
  ['unreachable', 'old', 'missed', 'stale'],
  [null, 'old', 'missed', 'stale'],
  ['match', 'untrusted', 'worse', 'untrusted'],
  ['untrusted', 'untrusted', 'open', 'untrusted'],
  ['stale', 'untrusted', 'open', 'untrusted'],
  ['match', 'none', 'worse', 'unreachable'],
  ['stale', 'none', 'worse', 'unreachable'],
  ['unreachable', 'none', 'open', 'unverified'],
  [null, 'none', 'open', 'unverified'],
] as const)('%s before, and %s now: %s, shown as %s', (before, what, verdict, state) => {
  expect(found(what, before)).toMatchObject({ verdict, record: { state, checkedAt: now } });
});

it('another certificate that clients took, and the new one that they turn away: worse', () => {
  const before = { state: 'stale', accepted: true } as const;
  const last = makeServed({ state: 'stale' });
  expect(
    findingOf(makeEndpoint(), presented.untrusted, { before, last, fingerprint: 'new', now }),
  ).toMatchObject({ verdict: 'worse', record: { state: 'untrusted' } });
});

it.each(['old', 'untrusted', 'none'] as const)('a remote one is never to blame: %s', what => {
  expect(found(what, 'match', { source: 'remote' }).verdict).toBe('open');
});

describe('it is in a state', () => {
  it('since now where it was in another', () => {
    expect(found('old', 'match').record.since).toBe(now);
    expect(found('none', 'unreachable', {}, makeServed({ state: 'unreachable' })).record.since).toBe(now);
  });

  it('since it was seen in it first', () => {
    const since = at('2026-01-02');
    expect(found('none', 'unreachable', {}, makeServed({ state: 'unverified', since })).record.since).toBe(
      since,
    );
    expect(found('none', 'match', {}, makeServed({ state: 'unreachable', since })).record.since).toBe(since);
  });

  it('no longer unverified where it was reached when the deploy began', () => {
    expect(found('none', 'match', {}, makeServed({ state: 'unverified' })).record.state).toBe('unreachable');
  });
});
