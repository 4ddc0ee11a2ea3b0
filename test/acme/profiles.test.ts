import { expect, it } from 'vitest';
import { wellBehaved } from '../support/fake-ca-behaviour.ts';
import { type Bench, openBench } from './harness.ts';

const preferred = { name: 'tlsserver', required: false };
const required = { name: 'tlsserver', required: true };

/** What stands in the CA's directory from now on. */
function offer(bench: Bench, meta: unknown): void {
  const base = new URL(bench.ca.directoryUrl).origin;
  bench.ca.behaviour.directory = { ...wellBehaved(base).directory, meta };
}

function orderOf(bench: Bench, profile: typeof preferred | null, replaces: string | null = null) {
  return bench.issuer.order({ domains: ['a.example'], replaces, profile }, bench.signal);
}

const identifiers = [{ type: 'dns', value: 'a.example' }];
const refused = {
  status: 400,
  body: JSON.stringify({ type: 'urn:ietf:params:acme:error:invalidProfile', detail: 'not for this account' }),
};

it('a profile that is offered is ordered', async () => {
  const bench = await openBench();
  offer(bench, { profiles: { classic: 'https://ca.test/classic', tlsserver: 'https://ca.test/tls' } });
  expect(await orderOf(bench, required)).toMatchObject({ profile: 'tlsserver', note: null });
  expect(await orderOf(bench, null)).toMatchObject({ profile: null, note: null });
  expect(bench.ca.orders).toEqual([{ identifiers, profile: 'tlsserver' }, { identifiers }]);
});

it.each([
  ['no meta', undefined],
  ['null for meta', null],
  ['text for meta', 'profiles'],
  ['no profiles', {}],
  ['null for profiles', { profiles: null }],
  ['a list of profiles', { profiles: ['tlsserver'] }],
  ['text for profiles', { profiles: 'tlsserver' }],
  ['other profiles', { profiles: { classic: 'https://ca.test/classic' } }],
])(
  'a CA with %s is sent an order without the preferred one, and none without the required one',
  async (_, meta) => {
    const bench = await openBench();
    offer(bench, meta);
    const placed = await orderOf(bench, preferred);
    expect(placed).toMatchObject({ profile: null, note: { code: 'profile-passed-over' } });
    await expect(orderOf(bench, required)).rejects.toMatchObject({
      code: 'profile-unavailable',
      retry: 'daily',
    });
    expect(bench.ca.orders).toEqual([{ identifiers }]);
  },
);

it('a preferred one that the CA refuses all the same is left out, once', async () => {
  const bench = await openBench({
    intercept: (resource, count) => (resource === 'new-order' && count === 1 ? refused : null),
  });
  offer(bench, { profiles: { tlsserver: '' } });
  expect(await orderOf(bench, preferred)).toMatchObject({
    profile: null,
    note: {
      code: 'profile-passed-over',
      message: 'The CA refused the order: not for this account (invalidProfile): the order goes without',
    },
  });
  expect(bench.ca.orders).toEqual([{ identifiers }]);
  expect(bench.requests.filter(kind => kind === 'order')).toHaveLength(2);
});

it('a required one that the CA refuses is an error, and nothing is ordered', async () => {
  const bench = await openBench({ intercept: resource => (resource === 'new-order' ? refused : null) });
  offer(bench, { profiles: { tlsserver: '' } });
  await expect(orderOf(bench, required)).rejects.toMatchObject({
    code: 'profile-unavailable',
    problemType: 'urn:ietf:params:acme:error:invalidProfile',
  });
  expect(bench.requests.filter(kind => kind === 'order')).toHaveLength(1);
});

it('profile and replaces are left out one after the other, and neither for the other', async () => {
  const gone = { status: 404, body: JSON.stringify({ type: 'urn:ietf:params:acme:error:malformed' }) };
  const bench = await openBench({
    intercept: (resource, count) =>
      resource === 'new-order' && count < 3 ? (count === 1 ? gone : refused) : null,
  });
  offer(bench, { profiles: { tlsserver: '' } });
  expect(await orderOf(bench, preferred, 'aki.serial')).toMatchObject({ profile: null });
  expect(bench.ca.orders).toEqual([{ identifiers }]);
  expect(await orderOf(bench, preferred, 'aki.serial')).toMatchObject({ profile: 'tlsserver', note: null });
  expect(bench.ca.orders[1]).toEqual({ identifiers, replaces: 'aki.serial', profile: 'tlsserver' });
});
