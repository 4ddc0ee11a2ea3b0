import { describe, expect, it } from 'vitest';
import { problem } from '../../../src/core/status/certificate-problems.ts';
import type { StatusInput } from '../../../src/core/status/status.ts';
import {
  at,
  makeEndpoint,
  makeGeneration,
  makeObserved,
  makeRevocation,
  makeServed,
  makeTarget,
  makeWindow,
} from '../../support/make-observed.ts';
import { makeStatus } from '../../support/make-status.ts';

const only = (change: Partial<StatusInput>) => makeStatus(change).certificates[0];

it('has every field of the contract for a certificate that is well', () => {
  const issuer = {
    lastSuccessAt: at('2026-01-01T00:00:05Z'),
    window: makeWindow({ explanationUrl: 'https://ca.test/why' }),
    windowCheckAt: at('2026-02-01T06:00Z'),
  };
  const deploy = { lastAt: at('2026-01-01T00:00:06Z') };
  expect(makeStatus({ observed: [makeObserved({ issuer, deploy })] })).toEqual({
    schema: 1,
    version: '0.1.0',
    status: 'ok',
    source: 'daemon',
    pid: 812,
    started_at: '2026-01-10T00:00:00.000Z',
    now: '2026-02-01T00:00:00.000Z',
    problems: [],
    certificates: [
      {
        name: 'a.example',
        domains: ['a.example'],
        managed: true,
        status: 'ok',
        problems: [],
        ca: 'main',
        profile: null,
        key_type: 'ecdsa-p256',
        serial: '03aabb',
        fingerprint_sha256: '1122334411223344112233441122334411223344112233441122334411223344',
        not_before: '2026-01-01T00:00:00.000Z',
        not_after: '2026-04-01T00:00:00.000Z',
        days_left: 59,
        generation: { issued: '0001-11223344', live: '0001-11223344', deployed: '0001-11223344' },
        renewal: {
          source: 'ari',
          window_start: '2026-02-10T00:00:00.000Z',
          window_end: '2026-02-12T00:00:00.000Z',
          renew_at: '2026-02-11T00:00:00.000Z',
          explanation_url: 'https://ca.test/why',
          next_attempt_at: null,
          failures: 0,
          last_success_at: '2026-01-01T00:00:05.000Z',
          last_error: null,
        },
        deploy: {
          state: 'deployed',
          last_at: '2026-01-01T00:00:06.000Z',
          next_attempt_at: null,
          last_error: null,
        },
        served: [],
      },
    ],
    monitors: [],
  });
});

it('has the same fields, with nulls, for a certificate of which nothing is known', () => {
  const document = makeStatus({
    source: 'disk',
    pid: null,
    startedAt: null,
    observed: [makeObserved({ issued: [] })],
  });
  expect(document).toMatchObject({ status: 'critical', source: 'disk', pid: null, started_at: null });
  expect(document.certificates).toEqual([
    {
      name: 'a.example',
      domains: ['a.example'],
      managed: true,
      status: 'critical',
      problems: [
        {
          code: 'not-issued',
          certificate: 'a.example',
          message: 'no certificate is live yet',
          since: null,
          level: 'critical',
        },
      ],
      ca: 'main',
      profile: null,
      key_type: 'ecdsa-p256',
      serial: null,
      fingerprint_sha256: null,
      not_before: null,
      not_after: null,
      days_left: null,
      generation: { issued: null, live: null, deployed: null },
      renewal: {
        source: 'none',
        window_start: null,
        window_end: null,
        renew_at: null,
        explanation_url: null,
        next_attempt_at: null,
        failures: 0,
        last_success_at: null,
        last_error: null,
      },
      deploy: { state: 'none', last_at: null, next_attempt_at: null, last_error: null },
      served: [],
    },
  ]);
});

it('has the profile that the live certificate was ordered with, else the newest', () => {
  const profileOf = (change: Parameters<typeof makeObserved>[0]) =>
    makeStatus({ observed: [makeObserved(change)] }).certificates[0]?.profile;
  const old = makeGeneration({ profile: { wanted: 'classic', ordered: 'classic' } });
  const fresh = makeGeneration({
    id: '0002-11223344',
    profile: { wanted: 'tlsserver', ordered: 'tlsserver' },
  });
  expect(profileOf({ issued: [old, fresh], live: { id: old.id, leaf: old.leaf } })).toBe('classic');
  expect(profileOf({ issued: [old, fresh], live: null })).toBe('tlsserver');
  const without = makeGeneration({ profile: { wanted: 'tlsserver', ordered: null } });
  expect(profileOf({ issued: [without] })).toBeNull();
});

it('without any certificate is ok and empty', () => {
  expect(makeStatus({ targets: [], observed: [] })).toMatchObject({
    status: 'ok',
    certificates: [],
    monitors: [],
  });
});

it('a problem of the program itself counts', () => {
  const refused = problem('config-refused', 'warning', null, 'c.yaml:1:1', at('2026-01-20'));
  expect(makeStatus({ problems: [refused] })).toMatchObject({
    status: 'warning',
    problems: [{ code: 'config-refused', since: '2026-01-20T00:00:00.000Z' }],
  });
});

it('a configured certificate that nobody looked at is a defect, never an empty row', () => {
  expect(() => makeStatus({ observed: [] })).toThrow('nothing was observed for a.example');
});

it('finds what belongs together among two thousand', () => {
  const names = Array.from({ length: 2000 }, (_, index) => `n${index}.example`);
  const observed = names.map(name => makeObserved({ name, issuer: { failures: name.length } })).reverse();
  const targets = names.slice(0, 1000).map(name => makeTarget({ name }));
  const shown = makeStatus({ targets, observed }).certificates;
  expect(shown.map(({ name }) => name)).toEqual([...names.slice(0, 1000), ...names.slice(1000).reverse()]);
  expect(shown.every(({ name, renewal }) => renewal.failures === name.length)).toBe(true);
  expect(shown.filter(({ managed }) => managed).length).toBe(1000);
});

describe('the renewal', () => {
  const failed = {
    code: 'rate-limited',
    message: 'too many',
    at: at('2026-03-04'),
    since: at('2026-03-04'),
    problemType: 'urn:ietf:params:acme:error:rateLimited',
  };

  it('is by the lifetime where there is no window, and by then shows how late it is', () => {
    expect(only({})?.renewal).toMatchObject({ source: 'lifetime', renew_at: '2026-03-02T00:00:00.000Z' });
    expect(only({ now: at('2026-03-05') })?.renewal).toMatchObject({
      source: 'lifetime',
      renew_at: '2026-03-02T00:00:00.000Z',
      next_attempt_at: null,
    });
  });

  it('does not show the window of another generation', () => {
    const observed = [makeObserved({ issuer: { window: makeWindow({ generation: '0000-99999999' }) } })];
    expect(only({ observed })?.renewal).toMatchObject({
      source: 'lifetime',
      window_start: null,
      window_end: null,
    });
  });

  it('shows a window that lies in the past beside the moment that is really waited for', () => {
    const window = makeWindow({ start: at('2025-06-01'), end: at('2025-06-02'), renewAt: at('2025-06-01') });
    expect(only({ observed: [makeObserved({ issuer: { window } })] })?.renewal).toMatchObject({
      source: 'ari',
      window_start: '2025-06-01T00:00:00.000Z',
      renew_at: '2026-01-01T01:00:00.000Z',
    });
  });

  it('shows a failure with its code, words, moment and the type that the CA gave, and when it goes on', () => {
    const issuer = { failures: 3, lastError: failed, nextAttemptAt: at('2026-03-05T01:00Z') };
    expect(only({ now: at('2026-03-05'), observed: [makeObserved({ issuer })] })?.renewal).toMatchObject({
      next_attempt_at: '2026-03-05T01:00:00.000Z',
      failures: 3,
      last_error: {
        code: 'rate-limited',
        message: 'too many',
        at: '2026-03-04T00:00:00.000Z',
        problem_type: 'urn:ietf:params:acme:error:rateLimited',
      },
    });
  });

  it('of a revoked certificate is forced, since it was revoked, whatever the window', () => {
    const seen = makeObserved({ revoked: [makeRevocation()], issuer: { window: makeWindow() } });
    expect(only({ observed: [seen] })?.renewal).toMatchObject({
      source: 'forced',
      renew_at: '2026-01-15T10:00:00.000Z',
      window_start: null,
      next_attempt_at: null,
    });
  });

  it('is none where a revoked certificate is not to be replaced', () => {
    const seen = makeObserved({ revoked: [makeRevocation({ replace: false })] });
    expect(only({ observed: [seen] })?.renewal).toMatchObject({ source: 'none', renew_at: null });
  });

  it('is nobody’s while a state file is corrupt', () => {
    const faults = [{ code: 'state-corrupt', message: 'x', blocking: true }] as const;
    const shown = only({ observed: [makeObserved({ faults, issuer: { window: makeWindow() } })] });
    expect(shown).toMatchObject({
      status: 'critical',
      renewal: { source: 'none', renew_at: null, window_start: null },
      deploy: { state: 'deployed' },
    });
  });
});

describe('the deploy', () => {
  const until = at('2026-02-01T00:05Z');
  const lastError = {
    code: 'hook-failed',
    message: 'exit 1',
    at: at('2026-02-01'),
    since: at('2026-02-01'),
    problemType: null,
  };

  it.each([
    ['owed where it was not tried', { deployed: null }, 'owed', null],
    [
      'failed where it was',
      { deployed: null, failures: 1, nextAttemptAt: until, lastError },
      'failed',
      '2026-02-01T00:05:00.000Z',
    ],
    ['failed also while it is tried again', { deployed: null, failures: 1, lastError }, 'failed', null],
    ['deployed, whatever failed before', { failures: 0, lastError }, 'deployed', null],
    ['none where everything is rejected', { deployed: null, rejected: ['0001-11223344'] }, 'none', null],
  ] as const)('is %s', (_sentence, deploy, state, next) => {
    const shown = only({ observed: [makeObserved({ deploy })] })?.deploy;
    expect(shown).toMatchObject({ state, next_attempt_at: next });
    expect(shown?.last_error?.message).toBe('lastError' in deploy ? 'exit 1' : undefined);
  });
});

describe('the deploy while the disk has to be mended', () => {
  const faults = [{ code: 'state-corrupt', message: 'x', blocking: true }] as const;
  const old = makeGeneration();
  const fresh = makeGeneration({ id: '0002-55667788' });
  const live = { id: old.id, leaf: old.leaf };

  it.each([
    [
      'owed where a newer one is issued',
      { issued: [old, fresh], live, deploy: { deployed: old.id } },
      'owed',
    ],
    ['owed where no link can be read either', { issued: [old, fresh], live: null }, 'owed'],
    [
      'failed where that was tried',
      { issued: [old, fresh], live, deploy: { deployed: old.id, failures: 1 } },
      'failed',
    ],
    ['deployed where the newest is, though its link cannot be read', { live: null }, 'deployed'],
    [
      'rolled back where the newer one is rejected',
      { issued: [old, fresh], live, deploy: { deployed: old.id, rejected: [fresh.id] } },
      'rolled-back',
    ],
    [
      'deployed where the issued copy of what is live is lost',
      { issued: [old], live: { id: fresh.id, leaf: fresh.leaf }, deploy: { deployed: fresh.id } },
      'deployed',
    ],
    ['none where nothing is issued', { issued: [] }, 'none'],
  ] as const)('is %s', (_sentence, seen, state) => {
    const deploy = { deployed: 'issued' in seen && seen.issued.length === 0 ? null : old.id };
    expect(only({ observed: [makeObserved({ deploy, ...seen, faults })] })?.deploy.state).toBe(state);
  });
});

it.each([
  ['2026-03-31T22:00Z', 0.1],
  ['2026-03-31T12:00Z', 0.5],
  ['2026-04-01T00:00Z', 0],
  ['2026-04-03T12:00Z', -2.5],
])('at %s %d days are left', (now, left) => {
  expect(only({ now: at(now) })?.days_left).toBe(left);
});

it('shows what each declared endpoint presented, in the order of the configuration', () => {
  const verify = [makeEndpoint({ serverName: 'b.example' }), makeEndpoint()];
  const shown = only({
    targets: [makeTarget({ deploy: { verify } })],
    observed: [makeObserved({ deploy: { served: [makeServed()] } })],
  });
  expect(shown?.served.map(({ server_name, state }) => [server_name, state])).toEqual([
    ['b.example', 'unchecked'],
    ['a.example', 'match'],
  ]);
});
