import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Authority } from '../../src/config/config.ts';
import { CertdError } from '../../src/core/errors.ts';
import type { Target } from '../../src/core/model.ts';
import { dryRun, stagingOf } from '../../src/pass/dry-run.ts';
import type { PassParts } from '../../src/pass/pass-parts.ts';
import { realDisk } from '../../src/store/disk.ts';
import { authority, type CrashHost, target } from '../support/crash-host.ts';
import { type FakeIssuer, fakeIssuer } from '../support/fake-issuer.ts';
import { makeCa } from '../support/make-cert.ts';
import { treeOf } from '../support/state-dir.ts';
import { passHost } from './pass-host.ts';

const day = 86_400_000;
const stagingUrl = 'https://staging.test/dir';
const staged: Authority = { ...authority, stagingUrl };
const other: Authority = { ...authority, name: 'other', directoryUrl: 'https://other.test/dir' };

type Room = {
  readonly host: CrashHost;
  readonly production: FakeIssuer;
  readonly staging: FakeIssuer;
  /** Names of the certificates whose challenges were tried without a CA. */
  readonly rehearsed: string[];
  run(targets?: readonly Target[], parts?: Partial<PassParts>): ReturnType<typeof dryRun>;
};

/** Two CAs, the first of which has a staging. */
async function openRoom(): Promise<Room> {
  const host = await passHost();
  const ca = await makeCa('staging', undefined, { notAfter: new Date(Date.now() + 3650 * day) });
  const staging = fakeIssuer({ ca, now: host.now, lifetimeMs: 90 * day });
  const rehearsed: string[] = [];
  const authorities = new Map([staged, other].map(each => [each.name, each]));
  const parts: Partial<PassParts> = {
    authorities,
    knownAuthorities: authorities,
    issuerFor: ({ directoryUrl }) => (directoryUrl === stagingUrl ? staging : host.issuer),
    rehearse: async ({ name }) => void rehearsed.push(name),
  };
  return {
    host,
    production: host.issuer,
    staging,
    rehearsed,
    run: (targets = [target], more = {}) =>
      host.run(realDisk, all => dryRun(targets, { ...all, ...parts, ...more })),
  };
}

const choice = (name: string) => ({ name, profile: null, preferredChain: null, settings: '' });
const passed = { name: 'crash.test', ca: 'test', staging: stagingUrl, hasAccount: null, error: null };

describe('a dry run', () => {
  it('goes the whole way at the staging, and asks production nothing', async () => {
    const { run, staging, production, rehearsed } = await openRoom();
    expect(await run()).toEqual([passed]);
    expect(staging.orders).toEqual([['crash.test', 'www.crash.test']]);
    expect(staging.replaced).toEqual([null]);
    expect([production.orders, production.windowsAsked, production.checks]).toEqual([[], [], 0]);
    expect(rehearsed).toEqual([]);
  });

  it('keeps nothing, counts nothing and runs no hook', async () => {
    const { host, run, staging } = await openRoom();
    await host.start(realDisk, 'nothing');
    const before = { tree: treeOf(host.layout().root), hooks: host.hooksRun.length, counted: host.counted() };
    staging.failNext('complete', new CertdError('validation-failed', 'crash.test: 404'));
    await run();
    await run();
    expect(treeOf(host.layout().root)).toEqual(before.tree);
    expect(host.hooksRun).toHaveLength(before.hooks);
    expect(host.counted()).toEqual(before.counted);
    expect(host.webrootFiles()).toEqual([]);
  });

  it('leaves an order under way where it is', async () => {
    const { host, run } = await openRoom();
    host.issuer.failNext('complete', new CertdError('ca-timeout', 'no answer'));
    await host.start(realDisk, 'nothing');
    const file = `${host.layout().workOf('crash.test')}/order.json`;
    const before = readFileSync(file, 'utf8');
    await run();
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('says what went wrong, and changes no back-off', async () => {
    const { host, run, staging } = await openRoom();
    const error = new CertdError('rate-limited', 'too many', { notBefore: host.now() + day });
    staging.failNext('order', error);
    expect(await run()).toEqual([{ ...passed, error }]);
    expect(await host.start(realDisk, 'nothing')).toMatchObject([
      { issued: `0001-${host.live()}`, error: null },
    ]);
  });

  it('is no success where the certificate does not fit', async () => {
    const { host, run, staging } = await openRoom();
    await host.start(realDisk, 'nothing');
    staging.deliverNext(readFileSync(`${host.layout().liveLink('crash.test')}/fullchain.pem`, 'utf8'));
    expect(await run()).toMatchObject([{ error: { code: 'gate-refused' } }]);
  });

  it('tries each certificate at each of its CAs, and one that fails keeps none of the others', async () => {
    const { run, staging, production, rehearsed } = await openRoom();
    staging.refuse('bad.test', new CertdError('identifier-rejected', 'bad.test: not here'));
    const targets: readonly Target[] = [
      { ...target, name: 'bad.test', domains: ['bad.test'], cas: [choice('test'), choice('other')] },
      target,
    ];
    expect(await run(targets)).toMatchObject([
      { name: 'bad.test', ca: 'test', error: { code: 'identifier-rejected' } },
      { name: 'bad.test', ca: 'other', staging: null, hasAccount: true, error: null },
      { name: 'crash.test', ca: 'test', error: null },
    ]);
    expect([production.orders, production.checks, rehearsed]).toEqual([[], 1, ['bad.test']]);
  });

  it('asks a CA without staging once for all its certificates', async () => {
    const { run, production, rehearsed } = await openRoom();
    const targets = ['a', 'b', 'c'].map(name => ({ ...target, name, cas: [choice('other')] as const }));
    await run(targets);
    expect([production.checks, rehearsed]).toEqual([1, ['a', 'b', 'c']]);
  });

  it('does not try the challenge where a CA without staging cannot be reached or refuses the account', async () => {
    const { run, production, rehearsed } = await openRoom();
    production.failNext('check', new CertdError('account-refused', 'deactivated'));
    const wanted = { ...target, cas: [choice('other')] as const };
    expect(await run([wanted])).toMatchObject([{ hasAccount: null, error: { code: 'account-refused' } }]);
    expect(rehearsed).toEqual([]);
  });

  it('fails where the challenge cannot be read', async () => {
    const { run } = await openRoom();
    const rehearse = () => Promise.reject(new CertdError('self-check-failed', 'nobody there'));
    const wanted = { ...target, cas: [choice('other')] as const };
    expect(await run([wanted], { rehearse })).toMatchObject([
      { staging: null, hasAccount: true, error: { code: 'self-check-failed' } },
    ]);
  });

  it('is cut short when certd ends', async () => {
    const { run, staging } = await openRoom();
    const stop = new AbortController();
    const waiting = new CertdError('stopped', 'Waiting for the CA was stopped; the order is kept.');
    const complete: FakeIssuer['complete'] = async (_order, signal) => {
      stop.abort();
      expect(signal.aborted).toBe(true);
      throw waiting;
    };
    const issuerFor = () => ({ ...staging, complete });
    expect(await run([target], { signal: stop.signal, issuerFor })).toEqual([{ ...passed, error: waiting }]);
  });

  it('does not begin when certd ends', async () => {
    const { run, staging } = await openRoom();
    const stop = new AbortController();
    stop.abort();
    expect(await run([target], { signal: stop.signal })).toMatchObject([{ error: { code: 'stopped' } }]);
    expect(staging.orders).toEqual([]);
  });

  it('waits for a place at the staging like everybody', async () => {
    const { host, run, staging } = await openRoom();
    const { signal } = new AbortController();
    await host.run(realDisk, async ({ lanes }) => {
      const places = await Promise.all(
        Array.from({ length: 16 }, () => lanes.enter(stagingUrl, { name: 'x', rank: [1] }, signal)),
      );
      const running = run([target], { lanes });
      await new Promise<void>(resolve => setImmediate(resolve));
      expect(staging.orders).toEqual([]);
      for (const place of places) if (place.kind === 'in') place.leave();
      expect(await running).toEqual([passed]);
    });
  });
});

describe('the staging of a CA', () => {
  const of = (ca: Authority, known: readonly Authority[] = []) =>
    stagingOf(ca, { knownAuthorities: new Map(known.map(each => [each.name, each])) });

  it('is like the CA but for its account binding and roots', () => {
    const eab = { kid: 'once', hmacKeyFile: '/k' };
    const corp = { ...staged, name: 'corp', trustFile: '/t', eab, rootsFile: '/r', validationPort: 5002 };
    expect(of(corp)).toEqual({
      ...corp,
      name: 'corp:staging',
      directoryUrl: stagingUrl,
      eab: null,
      rootsFile: null,
    });
  });

  it('is what the configuration has at that directory', () => {
    const own = { ...other, name: 'corp-staging', directoryUrl: stagingUrl, trustFile: '/own' };
    expect(of(staged, [staged, own])).toBe(own);
  });

  it('is itself where it is one', () => {
    const le = { ...other, directoryUrl: 'https://acme-staging-v02.api.letsencrypt.org/directory' };
    expect(of(le)).toBe(le);
  });

  it('is none where none is known', () => {
    expect(of(other)).toBeNull();
  });
});
