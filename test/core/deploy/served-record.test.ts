import { describe, expect, it } from 'vitest';
import type { Presented } from '../../../src/core/deploy/presented.ts';
import { lastRecord, lastRecords, recordAfter, recordOf } from '../../../src/core/deploy/served-record.ts';
import type { ServedRecord } from '../../../src/core/endpoint.ts';
import { at, makeEndpoint, makeObserved, makeServed } from '../../support/make-observed.ts';

const fingerprint = '11223344'.repeat(8);
const now = at('2026-02-01T10:00Z');
const leaf: Presented = {
  kind: 'leaf',
  fingerprintSha256: fingerprint,
  notAfter: at('2026-04-01'),
  fault: null,
};
const none: Presented = { kind: 'none', detail: 'nothing listens there (ECONNREFUSED)' };

it('finds the record of an endpoint by its address and the name that is asked for', () => {
  const other = makeServed({ serverName: 'b.example' });
  const mine = makeServed();
  expect(recordOf([other, mine], makeEndpoint())).toBe(mine);
  expect(recordOf([other], makeEndpoint())).toBeNull();
  expect(recordOf([mine], makeEndpoint({ connect: '[::1]:443' }))).toBeNull();
});

describe('where issuer and deployer both may have looked', () => {
  const early = makeServed({ checkedAt: at('2026-02-01T09:00Z') });
  const late = makeServed({ checkedAt: at('2026-02-01T09:30Z') });
  const remote = makeEndpoint({ source: 'remote' });
  const seenBy = (deployer: readonly ServedRecord[], issuer: readonly ServedRecord[]) =>
    makeObserved({ deploy: { served: deployer }, servedRemote: issuer });

  it('the younger record counts of a remote endpoint', () => {
    expect(lastRecord(seenBy([early], [late]), remote)).toBe(late);
    expect(lastRecord(seenBy([late], [early]), remote)).toBe(late);
    expect(lastRecord(seenBy([], [early]), remote)).toBe(early);
    expect(lastRecord(seenBy([early], []), remote)).toBe(early);
    expect(lastRecord(seenBy([], []), remote)).toBeNull();
  });

  it('the deployer’s alone counts of one of this host', () => {
    expect(lastRecord(seenBy([early], [late]), makeEndpoint())).toBe(early);
    expect(lastRecords(seenBy([], [late]), [makeEndpoint(), remote])).toEqual([late]);
  });
});

describe('a look is written down', () => {
  it('with the leaf that was found, and since now where nothing was known', () => {
    expect(recordAfter(makeEndpoint(), leaf, { fingerprint, before: null, now })).toEqual({
      connect: '127.0.0.1:443',
      serverName: 'a.example',
      state: 'match',
      detail: null,
      fingerprintSha256: fingerprint,
      notAfter: at('2026-04-01'),
      checkedAt: now,
      since: now,
    });
  });

  it('without a leaf where there was none', () => {
    expect(recordAfter(makeEndpoint(), none, { fingerprint, before: null, now })).toMatchObject({
      state: 'unreachable',
      detail: 'nothing listens there (ECONNREFUSED)',
      fingerprintSha256: null,
      notAfter: null,
    });
  });

  it('since the first of the looks in a row that found the same', () => {
    const before = makeServed({ state: 'match', since: at('2026-01-20') });
    expect(recordAfter(makeEndpoint(), leaf, { fingerprint, before, now }).since).toBe(at('2026-01-20'));
    expect(recordAfter(makeEndpoint(), none, { fingerprint, before, now }).since).toBe(now);
  });

  it('as unverified for as long as the endpoint stays as unreachable as when it was deployed', () => {
    const before = makeServed({ state: 'unverified', since: at('2026-01-20') });
    expect(recordAfter(makeEndpoint(), none, { fingerprint, before, now })).toMatchObject({
      state: 'unverified',
      since: at('2026-01-20'),
    });
    expect(recordAfter(makeEndpoint(), leaf, { fingerprint, before, now })).toMatchObject({
      state: 'match',
      since: now,
    });
  });
});
