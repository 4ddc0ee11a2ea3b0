import { describe, expect, it } from 'vitest';
import type { Endpoint, ServedRecord } from '../../../src/core/endpoint.ts';
import { planFor } from '../../../src/core/plan.ts';
import { at, makeEndpoint, makeObserved, makeServed, makeTarget } from '../../support/make-observed.ts';

const now = at('2026-02-01T10:30Z');

/** Deployed at ten, and its endpoint looked at a quarter of an hour later. */
function deployOf(
  record: Partial<ServedRecord>,
  more: {
    readonly endpoint?: Partial<Endpoint>;
    readonly redeployOnDrift?: boolean;
    readonly nextAttemptAt?: number;
    readonly lastAt?: null;
  } = {},
) {
  const {
    endpoint = {},
    redeployOnDrift = true,
    nextAttemptAt = null,
    lastAt = at('2026-02-01T10:00Z'),
  } = more;
  const target = makeTarget({ deploy: { verify: [makeEndpoint(endpoint)], redeployOnDrift } });
  const served = [makeServed({ state: 'stale', checkedAt: at('2026-02-01T10:15Z'), ...record })];
  const seen = makeObserved({ deploy: { served, lastAt, nextAttemptAt } });
  return planFor(target, seen, 'nothing', now).deploy;
}

const again = { kind: 'now', id: '0001-11223344' };

describe('a deploy is owed again', () => {
  it('where a server presents another certificate, and the configuration says so', () => {
    expect(deployOf({})).toMatchObject(again);
    expect(deployOf({}, { redeployOnDrift: false })).toEqual({ kind: 'none' });
  });

  it('where nobody knows when it was deployed', () => {
    expect(deployOf({}, { lastAt: null })).toMatchObject(again);
  });

  it('with the back-off of deploys', () => {
    const nextAttemptAt = at('2026-02-01T10:40Z');
    expect(deployOf({}, { nextAttemptAt })).toMatchObject({ kind: 'held', until: nextAttemptAt });
  });
});

describe('no deploy is owed', () => {
  it('for what the deploy itself has found: another look comes before another try', () => {
    expect(deployOf({ checkedAt: at('2026-02-01T10:00Z') })).toEqual({ kind: 'none' });
  });

  it('for a server where others have a part: its hooks are not what is wrong', () => {
    expect(deployOf({}, { endpoint: { source: 'remote' } })).toEqual({ kind: 'none' });
  });

  it.each(['match', 'untrusted', 'unreachable', 'unverified', 'unchecked'] as const)(
    'for one that is %s: a reload would change nothing',
    state => {
      expect(deployOf({ state })).toEqual({ kind: 'none' });
    },
  );

  it('for an endpoint that was not looked at, or is declared no more', () => {
    expect(deployOf({ serverName: 'b.example' })).toEqual({ kind: 'none' });
  });
});
