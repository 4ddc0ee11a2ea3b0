import { describe, expect, it } from 'vitest';
import type { Endpoint, ServedRecord } from '../../../src/core/endpoint.ts';
import { endpointProblems } from '../../../src/core/status/endpoint-problems.ts';
import { at, day, makeEndpoint, makeServed } from '../../support/make-observed.ts';

const thresholds = { critical: 0.05 };
/** Ninety days: a twentieth are four and a half. */
const seen = { name: 'a.example', lifetimeMs: 90 * day };

function problems(
  served: ServedRecord,
  { endpoint = {}, now = '2026-02-01' }: { endpoint?: Partial<Endpoint>; now?: string } = {},
) {
  return endpointProblems(seen, [makeEndpoint(endpoint)], [served], { now: at(now), thresholds });
}

const level = (...args: Parameters<typeof problems>) => problems(...args)[0]?.level;

describe('an endpoint is a problem', () => {
  it.each([
    ['stale', 'endpoint-stale'],
    ['untrusted', 'endpoint-untrusted'],
    ['unreachable', 'endpoint-unreachable'],
    ['unverified', 'endpoint-unverified'],
  ] as const)('while it is %s, with what was found there and since when', (state, code) => {
    expect(problems(makeServed({ state, detail: 'what was found' }))).toMatchObject([
      {
        code,
        certificate: 'a.example',
        message: '127.0.0.1:443 (a.example): what was found',
        since: '2026-01-01T00:00:00.000Z',
      },
    ]);
  });

  it.each(['match', 'unchecked'] as const)('but not while it is %s', state => {
    expect(problems(makeServed({ state }))).toEqual([]);
  });

  it('only for as long as it is declared, and only once it was looked at', () => {
    const stale = makeServed({ state: 'stale' });
    expect(problems(stale, { endpoint: { serverName: 'b.example' } })).toEqual([]);
    expect(endpointProblems(seen, [], [stale], { now: at('2026-02-01'), thresholds })).toEqual([]);
  });

  it('that is told even by a record without words', () => {
    expect(problems(makeServed({ state: 'unreachable', detail: null }))[0]?.message).toBe(
      '127.0.0.1:443 (a.example): unreachable',
    );
  });
});

describe('it is critical', () => {
  it('where clients turn the certificate away', () => {
    expect(level(makeServed({ state: 'untrusted' }))).toBe('critical');
    expect(level(makeServed({ state: 'unreachable', notAfter: null }))).toBe('warning');
    expect(level(makeServed({ state: 'unverified', notAfter: null }))).toBe('warning');
  });

  it('where the other certificate has ended, or less of a lifetime is left than the threshold', () => {
    const stale = makeServed({ state: 'stale', notAfter: at('2026-03-01') });
    expect(level(stale, { now: '2026-02-24T12:00:00Z' })).toBe('warning');
    expect(level(stale, { now: '2026-02-24T12:00:00.001Z' })).toBe('critical');
    expect(level(stale, { now: '2026-03-02' })).toBe('critical');
    expect(level(makeServed({ state: 'stale', notAfter: null }))).toBe('warning');
  });

  it('where it has ended, though nothing is live to measure by', () => {
    const nothing = { name: 'a.example', lifetimeMs: null };
    const stale = makeServed({ state: 'stale', notAfter: at('2026-03-01') });
    const levelAt = (now: string) =>
      endpointProblems(nothing, [makeEndpoint()], [stale], { now: at(now), thresholds })[0]?.level;
    expect(levelAt('2026-02-28T23:59:59.999Z')).toBe('warning');
    expect(levelAt('2026-03-01')).toBe('critical');
  });

  it('never where others have a part in it', () => {
    const endpoint = { source: 'remote' } as const;
    expect(level(makeServed({ state: 'untrusted' }), { endpoint })).toBe('warning');
    const ended = makeServed({ state: 'stale', notAfter: at('2026-01-01') });
    expect(level(ended, { endpoint })).toBe('warning');
  });
});
