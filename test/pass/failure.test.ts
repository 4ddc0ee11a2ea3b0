import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ErrorCode } from '../../src/core/catalogue.ts';
import { CertdError } from '../../src/core/errors.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readIssuerState } from '../../src/store/issuer-state.ts';
import { type CrashHost, target } from '../support/crash-host.ts';
import { makeCa, makeLeaf } from '../support/make-cert.ts';
import { recordingDisk } from '../support/recording-disk.ts';
import { passHost } from './pass-host.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const stateOf = (host: CrashHost) => readIssuerState(host.layout(), 'crash.test');
const orderIsKept = (host: CrashHost) => existsSync(join(host.layout().workOf('crash.test'), 'order.json'));

it('counts failures on disk and waits 1, 10 and 100 minutes, then a day, across restarts', async () => {
  const host = await passHost();
  const since = host.now();
  for (const [index, wait] of [minute, 10 * minute, 100 * minute, day, day].entries()) {
    host.issuer.failNext('complete', new CertdError('validation-failed', 'no route'));
    expect(await host.start(realDisk, 'nothing')).toMatchObject([{ error: { code: 'validation-failed' } }]);
    // The draw of a half is half of a tenth of jitter.
    expect(stateOf(host)).toMatchObject({
      failures: index + 1,
      nextAttemptAt: host.now() + wait * 1.05,
      troubles: [],
      lastAttemptAt: host.now(),
      lastError: { code: 'validation-failed', message: 'no route', at: host.now(), since, problemType: null },
    });
    const disk = recordingDisk(host.layout().root);
    host.advance(wait * 1.05 - 1);
    expect(await host.start(disk, 'nothing')).toMatchObject([{ issued: null, error: null }]);
    expect(disk.calls).toEqual([]);
    host.advance(1);
  }
  expect(await host.start(realDisk, 'nothing')).toMatchObject([{ issued: `0001-${host.live()}` }]);
  expect(stateOf(host)).toMatchObject({ failures: 0, nextAttemptAt: null, lastError: null });
});

it('lets a person override the back-off', async () => {
  const host = await passHost();
  host.issuer.failNext('order', new CertdError('ca-refused', 'no'));
  await host.start(realDisk, 'nothing');
  expect(await host.start(realDisk, 'pass')).toMatchObject([{ error: null, issued: `0001-${host.live()}` }]);
});

it('a person who tries in vain puts the next attempt of certd off by nothing', async () => {
  const host = await passHost();
  host.issuer.refuse('crash.test', new CertdError('ca-refused', 'no'));
  await host.start(realDisk, 'nothing');
  const { nextAttemptAt } = stateOf(host);
  for (const asked of ['pass', 'named', 'forced', 'pass'] as const) {
    host.advance(1000);
    expect(await host.start(realDisk, asked)).toMatchObject([{ error: { code: 'ca-refused' } }]);
    expect(stateOf(host)).toMatchObject({ failures: 1, nextAttemptAt });
  }
  const other = await passHost();
  other.issuer.refuse('crash.test', new CertdError('validation-failed', 'no route'));
  await other.start(realDisk, 'pass');
  expect(stateOf(other)).toMatchObject({ failures: 1, nextAttemptAt: other.now() + 1.05 * minute });
});

it('lets nobody override the CA’s Retry-After', async () => {
  const host = await passHost();
  const notBefore = host.now() + 2 * hour;
  host.issuer.failNext(
    'order',
    new CertdError('rate-limited', 'too many', {
      notBefore,
      problemType: 'urn:ietf:params:acme:error:rateLimited',
    }),
  );
  await host.start(realDisk, 'nothing');
  expect(stateOf(host)).toMatchObject({
    troubles: [{ ca: 'test', notBefore }],
    lastError: { code: 'rate-limited', problemType: 'urn:ietf:params:acme:error:rateLimited' },
  });
  host.advance(2 * hour - 1);
  for (const asked of ['nothing', 'pass', 'named', 'forced'] as const) {
    expect(await host.start(realDisk, asked)).toMatchObject([{ issued: null }]);
  }
  expect(host.issuer.orders).toEqual([]);
  host.advance(1);
  expect(await host.start(realDisk, 'nothing')).toMatchObject([{ issued: `0001-${host.live()}` }]);
});

it.each<[ErrorCode, 'kept' | 'given up']>([
  ['ca-unreachable', 'kept'],
  ['ca-untrusted', 'kept'],
  ['ca-timeout', 'kept'],
  ['ca-error', 'kept'],
  ['ca-malformed', 'kept'],
  ['rate-limited', 'kept'],
  ['issue-timeout', 'kept'],
  ['stopped', 'kept'],
  ['webroot-unusable', 'kept'],
  ['internal-error', 'kept'],
  ['validation-failed', 'given up'],
  ['caa-forbids', 'given up'],
  ['identifier-rejected', 'given up'],
  ['challenge-missing', 'given up'],
  ['csr-refused', 'given up'],
  ['ca-refused', 'given up'],
  ['account-refused', 'given up'],
])('after %s the order is %s', async (code, fate) => {
  const host = await passHost();
  host.issuer.failNext('complete', new CertdError(code, 'no'));
  expect(await host.start(realDisk, 'nothing')).toMatchObject([{ issued: null, error: { code } }]);
  expect(orderIsKept(host)).toBe(fate === 'kept');
  host.advance(2 * day);
  expect(await host.start(realDisk, 'nothing')).toMatchObject([{ error: null }]);
  expect(host.issuer.orders).toHaveLength(fate === 'kept' ? 1 : 2);
});

it('gives an order up that the CA has had nothing but nonsense to say of for an hour', async () => {
  const host = await passHost();
  const nonsense = () => host.issuer.failNext('complete', new CertdError('ca-malformed', 'no JSON'));
  nonsense();
  await host.start(realDisk, 'nothing');
  host.advance(hour);
  nonsense();
  await host.start(realDisk, 'pass');
  expect(orderIsKept(host)).toBe(true);
  host.advance(1);
  nonsense();
  await host.start(realDisk, 'pass');
  expect(orderIsKept(host)).toBe(false);
  expect(await host.start(realDisk, 'pass')).toMatchObject([{ issued: `0001-${host.live()}` }]);
  expect(host.issuer.orders).toHaveLength(2);
});

it('keeps an order whatever a proxy answers in the place of a CA that is out', async () => {
  const host = await passHost();
  const page = { facts: { request: 'directory' } };
  for (const wait of [2 * hour, 2 * hour]) {
    host.issuer.failNext('complete', new CertdError('ca-malformed', 'a page', page));
    await host.start(realDisk, 'pass');
    host.advance(wait);
  }
  expect(await host.start(realDisk, 'pass')).toMatchObject([{ error: null }]);
  expect(host.issuer.orders).toHaveLength(1);
});

it('counts a stop as no failure', async () => {
  const host = await passHost();
  host.issuer.failNext('complete', new CertdError('stopped', 'certd was stopped'));
  await host.start(realDisk, 'nothing');
  expect(stateOf(host)).toMatchObject({ failures: 0, lastError: null });
  expect(host.logged).toEqual([]);
});

it('does nothing once it is stopped', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  host.advance(61 * day);
  const disk = recordingDisk(host.layout().root);
  const parts = { signal: AbortSignal.abort() };
  expect(await host.start(disk, 'nothing', { parts })).toMatchObject([{ error: { code: 'stopped' } }]);
  expect(disk.calls).toEqual([]);
  expect(host.issuer.orders).toHaveLength(1);
  expect(host.logged).toEqual([]);
});

it('places one new order in the same pass for one that the CA has lost', async () => {
  const host = await passHost();
  host.issuer.failNext('complete', new CertdError('ca-timeout', 'later'));
  await host.start(realDisk, 'nothing');
  host.advance(hour);
  host.issuer.failNext('complete', new CertdError('order-gone', 'never heard of it'));
  expect(await host.start(realDisk, 'nothing')).toMatchObject([
    { issued: `0001-${host.live()}`, error: null },
  ]);
  expect(host.issuer.orders).toHaveLength(2);
  expect(stateOf(host)).toMatchObject({ failures: 0, lastError: null });
});

it('waits with back-off for a CA that loses one order after the other', async () => {
  const host = await passHost();
  for (let index = 0; index < 20; index++) {
    host.issuer.failNext('complete', new CertdError('order-gone', 'never heard of it'));
  }
  expect(await host.start(realDisk, 'nothing')).toMatchObject([{ error: { code: 'order-gone' } }]);
  expect(host.issuer.orders).toHaveLength(2);
  expect(stateOf(host)).toMatchObject({
    failures: 1,
    nextAttemptAt: host.now() + minute * 1.05,
    lastError: { code: 'order-gone' },
  });
  await host.start(realDisk, 'nothing');
  expect(host.issuer.orders).toHaveLength(2);
});

it('places one new order for a lost one also when it is forced', async () => {
  const host = await passHost();
  for (let index = 0; index < 20; index++) {
    host.issuer.failNext('complete', new CertdError('order-gone', 'never heard of it'));
  }
  expect(await host.start(realDisk, 'forced')).toMatchObject([{ error: { code: 'order-gone' } }]);
  expect(host.issuer.orders).toHaveLength(2);
});

it('keeps nothing of a certificate that does not fit its request', async () => {
  const host = await passHost();
  const ca = await makeCa('foreign');
  const foreign = await makeLeaf(ca, { domains: target.domains, notAfter: new Date(host.now() + 90 * day) });
  host.issuer.deliverNext(foreign.pem + ca.pem);
  expect(await host.start(realDisk, 'nothing')).toMatchObject([
    {
      issued: null,
      deployed: null,
      error: {
        code: 'gate-refused',
        message: 'the certificate for crash.test is refused: the private key does not belong to the leaf',
      },
    },
  ]);
  expect(existsSync(host.layout().workOf('crash.test'))).toBe(false);
  expect(existsSync(host.layout().issuedOf('crash.test'))).toBe(false);
  expect(stateOf(host)).toMatchObject({ failures: 1, nextAttemptAt: host.now() + day * 1.05 });
  host.advance(day * 1.05);
  expect(await host.start(realDisk, 'nothing')).toMatchObject([{ issued: `0001-${host.live()}` }]);
});

it('gives up an order under way that is no longer what the configuration asks for', async () => {
  const host = await passHost();
  host.issuer.failNext('complete', new CertdError('ca-timeout', 'later'));
  await host.start(realDisk, 'nothing');
  const targets = [{ ...target, domains: ['crash.test', 'api.crash.test'] }];
  host.advance(hour);
  expect(await host.start(realDisk, 'nothing', { targets })).toMatchObject([{ error: null }]);
  expect(host.issuer.orders).toEqual([
    ['crash.test', 'www.crash.test'],
    ['crash.test', 'api.crash.test'],
  ]);
  expect(host.issuer.taken).toEqual(['https://ca.test/order/1', 'https://ca.test/order/2']);
});

it('keeps what was live while renewals fail', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  const live = host.live();
  host.advance(61 * day);
  host.issuer.failNext('complete', new CertdError('validation-failed', 'port 80 is closed'));
  expect(await host.start(realDisk, 'nothing')).toMatchObject([{ deployed: null }]);
  expect(host.live()).toBe(live);
  expect(host.hooksRun).toHaveLength(2);
});
