import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CertdError } from '../../src/core/errors.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readPair } from '../../src/store/generation.ts';
import { readIssuerState } from '../../src/store/issuer-state.ts';
import { certIdOf } from '../../src/x509/cert-id.ts';
import { authority, type CrashHost, target } from '../support/crash-host.ts';
import { passHost } from './pass-host.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const stateOf = (host: CrashHost) => readIssuerState(host.layout(), 'crash.test');
const liveLeaf = (host: CrashHost) => readPair(host.layout().liveLink('crash.test'));

/** Advances to a moment. */
const moveTo = (host: CrashHost, at: number) => host.advance(at - host.now());

it('renews once two thirds of the lifetime have passed, and says what the order replaces', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  const { cert, leaf } = liveLeaf(host);
  moveTo(host, leaf.notBefore + 60 * day - 1);
  await host.start(realDisk, 'nothing');
  expect(host.issuer.orders).toHaveLength(1);
  moveTo(host, leaf.notBefore + 60 * day);
  const [result] = await host.start(realDisk, 'nothing');
  const id = `0002-${host.live()}`;
  expect(result).toEqual({ name: 'crash.test', issued: id, deployed: id, error: null });
  expect(host.issuer.replaced).toEqual([null, certIdOf(cert)]);
  expect(liveLeaf(host).leaf.fingerprintSha256).not.toBe(leaf.fingerprintSha256);
  expect(host.hooksRun.slice(2)).toEqual([`first ${host.live()}`, `second ${host.live()}`]);
});

/** A draw of one half, and the last minute is for the order. */
const middle = ({ start, end }: { start: number; end: number }) => start + (end - start - 60_000) / 2;

it('renews at the moment drawn in the CA’s window', async () => {
  const host = await passHost();
  const window = { start: host.now() + 10 * day, end: host.now() + 12 * day };
  host.issuer.setWindow(window);
  await host.start(realDisk, 'nothing');
  moveTo(host, middle(window) - 1);
  await host.start(realDisk, 'nothing');
  expect(host.issuer.orders).toHaveLength(1);
  moveTo(host, middle(window));
  expect(await host.start(realDisk, 'nothing')).toMatchObject([{ issued: `0002-${host.live()}` }]);
});

it('draws once for a window: the moment is on disk and stays when the CA is asked again', async () => {
  const host = await passHost();
  const window = { start: host.now() + 10 * day, end: host.now() + 12 * day };
  host.issuer.setWindow(window);
  await host.start(realDisk, 'nothing');
  expect(stateOf(host).window).toMatchObject({ ...window, renewAt: middle(window) });

  const otherDraw = { parts: { random: () => 0.9 } };
  host.advance(6 * hour);
  await host.start(realDisk, 'nothing', otherDraw);
  expect(host.issuer.windowsAsked).toHaveLength(2);
  expect(stateOf(host).window?.renewAt).toBe(middle(window));

  host.issuer.setWindow({ ...window, end: window.start + 10 * day });
  host.advance(6 * hour);
  await host.start(realDisk, 'nothing', otherDraw);
  expect(stateOf(host).window?.renewAt).toBe(window.start + 9 * day - 54_000);
});

it('asks for the window when a person asks, whatever the last answer said, and renews at once if it has come', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  host.advance(2 * hour);
  host.issuer.setWindow({ start: host.now() - 2 * hour, end: host.now() - hour });
  await host.start(realDisk, 'nothing');
  expect(host.issuer.orders).toHaveLength(1);
  expect(await host.start(realDisk, 'pass')).toMatchObject([{ issued: `0002-${host.live()}`, error: null }]);
  expect(host.issuer.orders).toHaveLength(2);
});

it('takes a CA that does not answer about windows as a warning, and asks again in six hours', async () => {
  const host = await passHost();
  const window = { start: host.now() + 10 * day, end: host.now() + 12 * day };
  host.issuer.setWindow(window);
  await host.start(realDisk, 'nothing');
  host.advance(6 * hour);
  host.issuer.failNext('window', new CertdError('ca-timeout', 'the CA said nothing'));
  expect(await host.start(realDisk, 'nothing')).toMatchObject([{ error: null }]);
  expect(host.logged).toMatchObject([
    { level: 40, code: 'ca-timeout', certificate: 'crash.test', msg: 'renewal window could not be read' },
  ]);
  expect(stateOf(host)).toMatchObject({
    failures: 0,
    window: { ...window, renewAt: middle(window) },
    windowCheckAt: host.now() + 6 * hour,
  });
  host.advance(6 * hour - 1);
  await host.start(realDisk, 'nothing');
  expect(host.issuer.windowsAsked).toHaveLength(2);
});

it('a stop in the middle of the question for a window ends the look, and is nothing against the CA', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  host.advance(61 * day);
  host.issuer.failNext('window', new CertdError('stopped', 'certd is being stopped'));
  expect(await host.start(realDisk, 'nothing')).toMatchObject([{ issued: null, error: { code: 'stopped' } }]);
  expect(host.issuer.orders).toHaveLength(1);
  expect(host.logged).toEqual([]);
});

it('renews by the lifetime where the window cannot be read at all', async () => {
  const host = await passHost();
  host.issuer.failNext('window', new CertdError('ca-error', 'the CA is down'));
  expect(await host.start(realDisk, 'nothing')).toMatchObject([{ error: null }]);
  host.advance(60 * day);
  host.issuer.failNext('window', new CertdError('ca-error', 'the CA is down'));
  expect(await host.start(realDisk, 'nothing')).toMatchObject([{ issued: `0002-${host.live()}` }]);
});

it('carries out a changed key type only when the certificate is named', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  const targets = [{ ...target, keyType: 'rsa-2048' }] as const;
  for (const asked of ['nothing', 'pass'] as const) {
    expect(await host.start(realDisk, asked, { targets })).toMatchObject([{ issued: null, error: null }]);
  }
  expect(await host.start(realDisk, 'named', { targets })).toMatchObject([{ error: null }]);
  expect(host.issuer.orders).toHaveLength(2);
  expect(liveLeaf(host).leaf.keyType).toBe('rsa-2048');
  await host.start(realDisk, 'named', { targets });
  expect(host.issuer.orders).toHaveLength(2);
});

it('orders at once where the configuration adds a name, and not where it takes one away', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  const fewer = [{ ...target, domains: ['crash.test'] }];
  expect(await host.start(realDisk, 'nothing', { targets: fewer })).toMatchObject([{ issued: null }]);
  const more = [{ ...target, domains: [...target.domains, 'new.crash.test'] }];
  expect(await host.start(realDisk, 'nothing', { targets: more })).toMatchObject([{ error: null }]);
  expect(liveLeaf(host).leaf.domains).toEqual(['crash.test', 'www.crash.test', 'new.crash.test']);
  // RFC 9773 §5: one identifier in common is enough.
  expect(host.issuer.replaced[1]).not.toBeNull();
});

it('orders once when it is forced, whatever the age', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  expect(await host.start(realDisk, 'forced')).toMatchObject([
    { issued: `0002-${host.live()}`, error: null },
  ]);
  expect(host.issuer.orders).toHaveLength(2);
  await host.start(realDisk, 'nothing');
  expect(host.issuer.orders).toHaveLength(2);
});

it('a certificate of another account is not said to be replaced (RFC 9773 §5)', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  host.issuer.setAccount('https://ca.test/account/2');
  await host.start(realDisk, 'forced');
  const { cert } = liveLeaf(host);
  await host.start(realDisk, 'forced');
  expect(host.issuer.replaced).toEqual([null, null, certIdOf(cert)]);
});

it('nor is one of an account that was not recorded', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  const file = join(host.layout().issuedGeneration('crash.test', `0001-${host.live()}`), 'generation.json');
  const { account, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
  expect(account).toBe('https://ca.test/account/1');
  rmSync(file);
  writeFileSync(file, JSON.stringify(rest));
  await host.start(realDisk, 'forced');
  expect(host.issuer.replaced).toEqual([null, null]);
});

it('a CA at another directory is not asked about a certificate that it did not issue, nor told to replace it', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  const moved = { ...authority, directoryUrl: 'https://other.test/dir' };
  const parts = { authorities: new Map([['test', moved]]) };
  await host.start(realDisk, 'forced', { parts });
  // Once for the first certificate, by its own CA, and once for the second, by its own.
  expect(host.issuer.windowsAsked).toHaveLength(2);
  await host.start(realDisk, 'pass');
  expect(host.issuer.windowsAsked).toHaveLength(2);
  expect(host.issuer.replaced).toEqual([null, null]);
});
