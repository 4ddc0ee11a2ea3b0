import { expect, it } from 'vitest';
import { CertdError } from '../../src/core/errors.ts';
import type { Target } from '../../src/core/model.ts';
import { openTraffic } from '../../src/daemon/traffic.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readIssuerState } from '../../src/store/issuer-state.ts';
import { observe } from '../../src/store/observe.ts';
import { authority, type CrashHost, target } from '../support/crash-host.ts';
import { datelessGate } from '../support/dateless-gate.ts';
import { type FakeIssuer, fakeIssuer } from '../support/fake-issuer.ts';
import { makeCa } from '../support/make-cert.ts';
import { makeChoice } from '../support/make-observed.ts';
import { ca, passHost } from './pass-host.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const two: Target = { ...target, cas: [makeChoice({ name: 'first' }), makeChoice({ name: 'second' })] };
const out = new CertdError('ca-unreachable', 'nobody is there');

/** A host whose certificates may come from two CAs, each with a directory of its own. */
async function openTwo() {
  const host = await passHost();
  const root = await makeCa('second root', undefined, { notAfter: new Date(Date.now() + 3650 * day) });
  const issuers: Readonly<Record<string, FakeIssuer>> = {
    first: host.issuer,
    second: fakeIssuer({ ca: root, now: host.now, lifetimeMs: 90 * day }),
  };
  const authorities = new Map(
    Object.keys(issuers).map(name => [
      name,
      { ...authority, name, directoryUrl: `https://${name}.test/dir` },
    ]),
  );
  const issuerOf = (name: string) => issuers[name] ?? expect.fail(name);
  const parts = {
    authorities,
    issuerFor: ({ name }: { name: string }) => issuerOf(name),
    chainGate: datelessGate([(await ca()).pem, root.pem]),
  };
  const start = (asked: Parameters<CrashHost['start']>[1] = 'nothing', more = {}) =>
    host.start(realDisk, asked, { targets: [two], parts: { ...parts, ...more } });
  const state = () => readIssuerState(host.layout(), target.name);
  const newest = () => observe(host.layout(), target.name).issued.at(-1);
  const orders = () => ['first', 'second'].map(name => issuerOf(name).orders.length);
  return { host, start, state, newest, orders, issuerOf };
}

it('the first of the list issues as long as it serves', async () => {
  const { start, newest, orders } = await openTwo();
  await start();
  expect(newest()?.ca).toBe('first');
  expect(orders()).toEqual([1, 0]);
});

it('a first certificate comes from the second at once, in the same pass, where the first is out', async () => {
  const { host, start, state, newest, orders, issuerOf } = await openTwo();
  issuerOf('first').refuse('crash.test', out);
  expect(await start()).toMatchObject([{ issued: `0001-${host.live()}`, error: null }]);
  expect(newest()).toMatchObject({ ca: 'second', directoryUrl: 'https://second.test/dir' });
  expect(orders()).toEqual([0, 1]);
  expect(state()).toMatchObject({ failures: 0, troubles: [], lastError: null, nextAttemptAt: null });
});

it('so does one that a person asks for, who need not wait out anything', async () => {
  const { host, start, issuerOf } = await openTwo();
  issuerOf('first').refuse('crash.test', out);
  expect(await start('named')).toMatchObject([{ issued: `0001-${host.live()}`, error: null }]);
});

it('where both are out, each is asked once in a pass', async () => {
  const { host, start, state, issuerOf } = await openTwo();
  for (const name of ['first', 'second']) issuerOf(name).refuse('crash.test', out);
  for (const asked of ['nothing', 'forced'] as const) {
    expect(await start(asked)).toMatchObject([{ issued: null, error: { code: 'ca-unreachable' } }]);
  }
  expect(
    state()
      .troubles.map(({ ca }) => ca)
      .toSorted(),
  ).toEqual(['first', 'second']);
  expect(state().nextAttemptAt).toBe(host.now() + 1.05 * minute);
});

it('a renewal waits three days of thirty for the first, and then comes from the second', async () => {
  const { host, start, state, newest, orders, issuerOf } = await openTwo();
  await start();
  host.advance(60 * day);
  issuerOf('first').refuse('crash.test', out);
  expect(await start()).toMatchObject([{ issued: null, error: { code: 'ca-unreachable' } }]);
  expect(state()).toMatchObject({ failures: 0, troubles: [{ ca: 'first', since: host.now() }] });
  // Certificates end at a whole second.
  host.advance(3 * day - 1000);
  await start();
  expect(orders()).toEqual([1, 0]);
  host.advance(hour);
  await start();
  expect(orders()).toEqual([1, 1]);
  expect(newest()?.ca).toBe('second');
});

it('the one that issued stays until its own renewal, which goes to the first again', async () => {
  const { host, start, newest, orders, issuerOf } = await openTwo();
  issuerOf('first').failNext('order', out);
  await start();
  expect(newest()?.ca).toBe('second');
  host.advance(day);
  expect(await start('named')).toMatchObject([{ issued: null, error: null }]);
  host.advance(59 * day);
  await start();
  expect(newest()?.ca).toBe('first');
  expect(orders()).toEqual([1, 1]);
  // Another CA knows nothing of the certificate that is replaced (RFC 9773 §5).
  expect(issuerOf('first').replaced).toEqual([null]);
});

it('an order that a dead CA holds is left behind', async () => {
  const { start, newest, orders, issuerOf } = await openTwo();
  issuerOf('first').failNext('complete', out);
  await start();
  expect(orders()).toEqual([1, 1]);
  expect(newest()?.ca).toBe('second');
});

it('those that a closed CA sends away go to the second, too', async () => {
  const { host, start, newest, issuerOf } = await openTwo();
  const traffic = openTraffic(host.now);
  const down = new CertdError('ca-error', 'down', { notBefore: host.now() + hour });
  traffic.lanes.turnAway('https://first.test/dir', down);
  await start('nothing', traffic);
  expect(newest()?.ca).toBe('second');
  expect(issuerOf('first').orders).toEqual([]);
});

it('what is wrong here is no reason to ask another CA', async () => {
  const { start, orders, issuerOf } = await openTwo();
  issuerOf('first').failNext('complete', new CertdError('validation-failed', 'no route'));
  expect(await start()).toMatchObject([{ issued: null, error: { code: 'validation-failed' } }]);
  expect(orders()).toEqual([1, 0]);
});

it('four orders in a week leave the fifth to what is due or forced', async () => {
  const { host, start, state, newest } = await openTwo();
  await start();
  for (let again = 0; again < 3; again += 1) {
    host.advance(hour);
    await start('forced');
  }
  expect(state().orders).toHaveLength(4);
  const rsa: Target = { ...two, keyType: 'rsa-2048' };
  expect(await host.start(realDisk, 'named', { targets: [rsa] })).toMatchObject([{ issued: null }]);
  expect(newest()?.id).toMatch(/^0004-/);
  await start('forced');
  expect(newest()?.id).toMatch(/^0005-/);
  host.advance(7 * day);
  await start('forced');
  expect(state().orders).toHaveLength(1);
});
