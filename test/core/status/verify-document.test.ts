import { describe, expect, it } from 'vitest';
import { CertdError } from '../../../src/core/errors.ts';
import { type Verified, verifyDocument } from '../../../src/core/status/verify-document.ts';
import { at, day, makeEndpoint, makeServed } from '../../support/make-observed.ts';

const now = at('2026-02-01T10:00Z');
const document = (...verified: readonly Verified[]) =>
  verifyDocument(verified, { version: '1.2.3', now, thresholds: { critical: 0.05 } });

function one(change: Partial<Verified> = {}): Verified {
  return {
    name: 'a.example',
    endpoints: [makeEndpoint()],
    live: { fingerprintSha256: '11223344'.repeat(8), lifetimeMs: 90 * day },
    served: [makeServed({ checkedAt: now, since: now })],
    error: null,
    ...change,
  };
}

const stale = one({
  served: [makeServed({ state: 'stale', detail: 'another', notAfter: at('2026-03-01') })],
});
const untrusted = one({ served: [makeServed({ state: 'untrusted' })] });
const unknown = one({
  live: null,
  served: [],
  error: new CertdError('permission-denied', 'x may not be read'),
});
const without = one({ endpoints: [], live: null, served: [] });

it('has what is live, and what each endpoint presents', () => {
  expect(document(one())).toEqual({
    schema: 1,
    version: '1.2.3',
    status: 'ok',
    now: '2026-02-01T10:00:00.000Z',
    certificates: [
      {
        name: 'a.example',
        status: 'ok',
        fingerprint_sha256: '1122334411223344112233441122334411223344112233441122334411223344',
        problems: [],
        served: [
          {
            endpoint: '127.0.0.1:443',
            server_name: 'a.example',
            state: 'match',
            checked_at: '2026-02-01T10:00:00.000Z',
            not_after: '2026-04-01T00:00:00.000Z',
            detail: null,
            fingerprint_sha256: '1122334411223344112233441122334411223344112233441122334411223344',
          },
        ],
      },
    ],
  });
});

it('says why nobody can say', () => {
  expect(document(unknown).certificates).toMatchObject([
    {
      status: 'unknown',
      fingerprint_sha256: null,
      problems: [{ code: 'permission-denied', message: 'x may not be read', level: 'warning' }],
      served: [{ state: 'unchecked', fingerprint_sha256: null }],
    },
  ]);
});

it('finds nothing live critical, but not where nothing is to present it', () => {
  const nothing = one({ live: null, served: [] });
  expect(document(nothing)).toMatchObject({
    status: 'critical',
    certificates: [{ problems: [{ code: 'not-issued', level: 'critical' }] }],
  });
  expect(document(one(), without).certificates[1]).toMatchObject({ status: 'ok', problems: [], served: [] });
});

describe('the whole is', () => {
  it.each([
    ['ok', [one(), without]],
    ['warning', [one(), stale]],
    ['critical', [stale, unknown, untrusted]],
    ['unknown', [stale, unknown]],
    ['unknown', [without]],
    ['unknown', []],
  ] as const)('%s', (status, verified) => {
    expect(document(...verified).status).toBe(status);
  });
});
