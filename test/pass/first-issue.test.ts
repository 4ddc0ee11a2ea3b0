import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { realDisk } from '../../src/store/disk.ts';
import { readIssuerState } from '../../src/store/issuer-state.ts';
import { readOrigin } from '../../src/store/origin.ts';
import { target } from '../support/crash-host.ts';
import { recordingDisk } from '../support/recording-disk.ts';
import { modesOf } from '../support/state-dir.ts';
import { passHost } from './pass-host.ts';

const day = 86_400_000;
const usualUmask = process.umask();
afterEach(() => {
  process.umask(usualUmask);
});

it('orders, issues, deploys and runs the hooks, in one pass', async () => {
  const host = await passHost();
  const [result] = await host.start(realDisk, 'nothing');
  const id = `0001-${host.live()}`;
  expect(result).toEqual({ name: 'crash.test', issued: id, deployed: id, error: null });
  expect(host.issuer.orders).toEqual([['crash.test', 'www.crash.test']]);
  expect(host.issuer.replaced).toEqual([null]);
  expect(host.hooksRun).toEqual([`first ${host.live()}`, `second ${host.live()}`]);
  expect(host.webrootFiles()).toEqual([]);
  expect(host.logged).toEqual([]);
  expect(readIssuerState(host.layout(), 'crash.test')).toMatchObject({
    failures: 0,
    lastSuccessAt: host.now(),
    lastError: null,
    windowCheckAt: host.now() + day,
  });
});

it('records which domains the CA has validated, and when', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  const issued = host.layout().issuedGeneration('crash.test', `0001-${host.live()}`);
  expect(readOrigin(host.layout(), issued).validated).toEqual([
    { domain: 'crash.test', ca: 'test', at: host.now() },
    { domain: 'www.crash.test', ca: 'test', at: host.now() },
  ]);
});

it.each([0o000, 0o077])('leaves every file with the mode of docs/state.md under umask %i', async umask => {
  const host = await passHost();
  process.umask(umask);
  await host.start(realDisk, 'nothing');
  const id = `0001-${host.live()}`;
  const month = new Date(host.now()).toISOString().slice(0, 7);
  expect(modesOf(host.layout().root)).toEqual([
    '0644 LAYOUT',
    '0755 deploy/',
    '0644 deploy/crash.test.json',
    `0600 deploy/journal-${month}.ndjson`,
    '0755 deployed/',
    '0755 deployed/crash.test/',
    `0755 deployed/crash.test/${id}/`,
    ...['cert', 'chain', 'fullchain', 'privkey'].map(file => `0400 deployed/crash.test/${id}/${file}.pem`),
    '0700 issuer/',
    '0700 issuer/accounts/',
    '0700 issuer/attempts/',
    '0700 issuer/issued/',
    '0700 issuer/issued/crash.test/',
    `0700 issuer/issued/crash.test/${id}/`,
    ...['cert.pem', 'chain.pem', 'fullchain.pem', 'generation.json', 'order.json', 'privkey.pem'].map(
      file => `0400 issuer/issued/crash.test/${id}/${file}`,
    ),
    `0400 issuer/issued/crash.test/${id}/request.der`,
    `0600 issuer/journal-${month}.ndjson`,
    '0700 issuer/requests/',
    '0700 issuer/revoked/',
    '0700 issuer/served/',
    '0700 issuer/state/',
    '0600 issuer/state/crash.test.json',
    '0700 issuer/tokens/',
    '0700 issuer/work/',
    '0755 live/',
    `link live/crash.test -> ../deployed/crash.test/${id}`,
  ]);
});

it('does nothing at all where nothing is due: no mutation, no request', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  const { windowsAsked } = host.issuer;
  expect(windowsAsked).toHaveLength(1);
  const disk = recordingDisk(host.layout().root);
  expect(await host.start(disk, 'nothing')).toEqual([
    { name: 'crash.test', issued: null, deployed: null, error: null },
  ]);
  host.advance(day - 1);
  await host.start(disk, 'nothing');
  expect(disk.calls).toEqual([]);
  expect(windowsAsked).toHaveLength(1);
  expect(host.issuer.orders).toHaveLength(1);
  expect(host.hooksRun).toHaveLength(2);
});

it('writes history of both halves', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  const month = new Date(host.now()).toISOString().slice(0, 7);
  const at = new Date(host.now()).toISOString();
  const lines = (directory: string) =>
    readFileSync(`${directory}/journal-${month}.ndjson`, 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
  const generation = `0001-${host.live()}`;
  expect(lines(host.layout().issuer)).toEqual([
    { at, event: 'issued', certificate: 'crash.test', generation, ca: 'test', durationMs: 0 },
  ]);
  expect(lines(host.layout().deploy)).toEqual([
    { at, event: 'deployed', code: null, certificate: 'crash.test', generation },
  ]);
});

it('issues RSA where RSA is asked for', async () => {
  const host = await passHost();
  const rsa = { ...target, keyType: 'rsa-2048' } as const;
  expect(await host.start(realDisk, 'nothing', { targets: [rsa] })).toMatchObject([{ error: null }]);
});
