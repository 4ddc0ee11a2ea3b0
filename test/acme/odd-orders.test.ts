import { describe, expect, it } from 'vitest';
import type { Behaviour } from '../support/fake-ca-behaviour.ts';
import { type Bench, openBench } from './harness.ts';

/** Answers each look at an authorization with these fields in the place of its own. */
function authorizations(fields: object): Partial<Behaviour> {
  const challenge = { type: 'http-01', url: 'https://127.0.0.1/', token: 'token', status: 'pending' };
  const identifier = { type: 'dns', value: 'a.example' };
  const body = JSON.stringify({ identifier, status: 'pending', challenges: [challenge], ...fields });
  return { intercept: resource => (resource === 'authz' ? { status: 200, body } : null) };
}

const ofOrder = (bench: Bench) => bench.requests.filter(kind => kind === 'order').length;

describe('an order that wants no challenge', () => {
  it.each([
    ['a list of valid authorizations', null],
    ['an empty list of authorizations', []],
  ])('and is ready at once, with %s, is finalized at once', async (_, authorizations) => {
    const bench = await openBench({ preauthorized: ['a.example'], processingPolls: 0 });
    if (authorizations !== null) {
      const base = new URL(bench.ca.directoryUrl).origin;
      bench.ca.behaviour.intercept = (resource, count) =>
        resource === 'new-order' && count === 2
          ? {
              status: 201,
              headers: { location: `${base}/order/0` },
              body: JSON.stringify({ status: 'ready', authorizations, finalize: `${base}/finalize/0` }),
            }
          : null;
      await bench.order('a.example');
    }
    bench.requests.length = 0;
    await bench.issue('a.example');
    expect(bench.requests.slice(-3)).toEqual(['order', 'finalize', 'certificate']);
    expect(bench.requests).not.toContain('authorization');
    expect(bench.solver.steps).toEqual([]);
  });

  it('and is valid at once is downloaded', async () => {
    const bench = await openBench();
    const first = await bench.issue('a.example');
    const base = new URL(bench.ca.directoryUrl).origin;
    const order = {
      status: 'valid',
      authorizations: [],
      finalize: `${base}/finalize/0`,
      certificate: `${base}/cert/0`,
    };
    bench.ca.behaviour.intercept = resource =>
      resource === 'new-order'
        ? { status: 201, headers: { location: `${base}/order/0` }, body: JSON.stringify(order) }
        : null;
    bench.requests.length = 0;
    expect(await bench.issue('a.example')).toBe(first);
    expect(bench.requests).toEqual(['order', 'certificate']);
  });
});

describe('an authorization', () => {
  it.each(['deactivated', 'expired', 'revoked', 'unheard-of'])(
    'that is %s ends the order, and is not asked for again',
    async status => {
      const bench = await openBench(authorizations({ status }));
      await expect(bench.issue('a.example')).rejects.toMatchObject({ code: 'order-gone' });
      expect(bench.requests.filter(kind => kind === 'authorization')).toHaveLength(1);
      expect(ofOrder(bench)).toBe(1);
      expect(bench.solver.steps).toEqual([]);
    },
  );

  it('that is invalid says why', async () => {
    const error = { type: 'urn:ietf:params:acme:error:caa', detail: 'CAA forbids' };
    const challenges = [{ type: 'http-01', url: 'https://127.0.0.1/', status: 'invalid', error }];
    const bench = await openBench(authorizations({ status: 'invalid', challenges }));
    await expect(bench.issue('a.example')).rejects.toMatchObject({
      code: 'caa-forbids',
      message: 'a.example: CAA forbids (caa)',
    });
  });

  it.each([
    ['no challenges', { challenges: [] }],
    ['null for challenges', { challenges: null }],
    ['challenges left out', { challenges: undefined }],
    [
      'challenges of unknown types alone',
      { challenges: [{ type: 'x-01' }, { type: 'dns-persist-01', url: 'https://x' }] },
    ],
    ['a wildcard', { wildcard: true, challenges: [{ type: 'dns-01', url: 'https://x', token: 't' }] }],
  ])('with %s is challenge-missing', async (_, fields) => {
    const bench = await openBench(authorizations(fields));
    await expect(bench.issue('a.example')).rejects.toMatchObject({
      code: 'challenge-missing',
      facts: { domain: 'a.example' },
    });
    expect(ofOrder(bench)).toBe(1);
  });

  it('that is valid needs no challenge to be offered', async () => {
    const bench = await openBench(authorizations({ status: 'valid', challenges: [] }));
    await expect(bench.issue('a.example')).rejects.toMatchObject({ code: 'issue-timeout' });
    expect(bench.solver.steps).toEqual([]);
  });

  it('has challenges without a token that are not ours', async () => {
    const bench = await openBench();
    const base = new URL(bench.ca.directoryUrl).origin;
    const challenges = [
      { type: 'dns-persist-01', url: `${base}/challenge/9` },
      { type: 'tls-alpn-01', status: 'pending' },
      { type: 'http-01', url: `${base}/challenge/0`, token: 'abc', status: 'pending' },
    ];
    Object.assign(bench.ca.behaviour, authorizations({ challenges, wildcard: false }), {
      validate: () => null,
    });
    expect(await bench.issue('a.example')).toContain('BEGIN CERTIFICATE');
    expect(bench.solver.steps).toEqual(['present a.example', 'clean a.example']);
  });

  it('without a token for HTTP-01 is malformed', async () => {
    const bench = await openBench(
      authorizations({ challenges: [{ type: 'http-01', url: 'https://127.0.0.1/' }] }),
    );
    await expect(bench.issue('a.example')).rejects.toMatchObject({ code: 'ca-malformed' });
    expect(bench.solver.steps).toEqual([]);
  });
});

it.each([
  null,
  undefined,
  [],
  'text',
  5,
  { profiles: null, externalAccountRequired: null, caaIdentities: 'x' },
])('a directory whose meta is %j is one', async meta => {
  const bench = await openBench();
  bench.ca.behaviour.directory = { ...bench.ca.behaviour.directory, meta };
  expect(await bench.issue('a.example')).toContain('BEGIN CERTIFICATE');
});

it('an order that was ready, and is at work when it is finalized, is waited for without a second finalize', async () => {
  const bench = await openBench({ preauthorized: ['a.example'], processingPolls: 100, retryAfter: '6' });
  await bench.issue('a.example');
  expect(bench.requests.filter(kind => kind === 'finalize')).toHaveLength(1);
  expect(new Set(bench.clock.sleeps)).toEqual(new Set([6000]));
  expect(bench.clock.sleeps.reduce((sum, ms) => sum + ms, 0)).toBe(600_000);
});
