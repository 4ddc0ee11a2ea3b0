import { describe, expect, it } from 'vitest';
import { CertdError } from '../../src/core/errors.ts';
import type { Target } from '../../src/core/model.ts';
import { runPass } from '../../src/daemon/run-pass.ts';
import { keepAccounts, replaceAccounts } from '../../src/pass/own-accounts.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readPair } from '../../src/store/generation.ts';
import {
  copy,
  isOnDisk,
  issuedOnOriginal,
  leftOf,
  original,
  passOn,
  recordOf,
  startOn,
} from '../support/cloned-host.ts';
import { type CrashHost, target } from '../support/crash-host.ts';
import { dyingDisk } from '../support/dying-disk.ts';
import { makeConfig } from '../support/make-config.ts';
import { day, hour } from '../support/make-observed.ts';
import { otherTarget, passHost } from './pass-host.ts';

const reuse: Target = { ...target, keyReuse: true };
const hold: Target = { ...reuse, onClone: 'hold' };
const keyOf = (host: CrashHost, name = target.name) => readPair(host.layout().liveLink(name)).key;
const stopped = new CertdError('stopped', 'certd is being stopped');

it('a copy waits for its moment, and has then an account and a key of its own and names no certificate', async () => {
  const host = await passHost();
  const account = await issuedOnOriginal(host, [reuse]);
  const key = keyOf(host);
  host.advance(day);

  await passOn(host, copy, [reuse]);
  expect(host.logged.at(-1)).toMatchObject({ level: 40, code: 'host-changed', msg: 'host has changed' });
  expect(recordOf(host)?.change).toMatchObject({ phase: 'waiting', renewAt: host.now() + 3 * hour });
  expect(host.issuer.orders).toHaveLength(1);
  expect(isOnDisk(host, account)).toBe(true);

  host.advance(3 * hour - 1);
  await passOn(host, copy, [reuse]);
  expect(host.issuer.orders).toHaveLength(1);
  host.advance(1);
  await passOn(host, copy, [reuse]);
  expect(host.issuer.orders).toHaveLength(2);
  // The fake CA has one account for all: that nothing is named is not for want of it.
  expect(host.issuer.replaced).toEqual([null, null]);
  expect(keyOf(host)).not.toBe(key);
  expect(isOnDisk(host, account)).toBe(false);
  expect(leftOf(host)).toEqual({ accounts: [], work: [] });
  expect(recordOf(host)).toEqual({ facts: copy, change: null, copied: [] });

  const next = keyOf(host);
  await passOn(host, copy, [reuse], { asked: 'forced' });
  expect(keyOf(host)).toBe(next);
  expect(host.issuer.replaced[2]).toMatch(/\./);
});

it('the host that it was made on goes on as it was, whatever has waited', async () => {
  const host = await passHost();
  const account = await issuedOnOriginal(host, [reuse]);
  host.advance(day);
  await passOn(host, copy, [reuse]);
  await passOn(host, original, [reuse]);
  host.advance(day);
  await passOn(host, original, [reuse]);
  expect(host.issuer.orders).toHaveLength(1);
  expect(isOnDisk(host, account)).toBe(true);
  expect(recordOf(host)).toEqual({ facts: original, change: null, copied: [] });
});

it('a certificate that is due before the moment takes the change with it, for all of them', async () => {
  const host = await passHost();
  const other: Target = { ...otherTarget, keyReuse: true };
  const account = await issuedOnOriginal(host, [reuse]);
  const key = keyOf(host);
  host.advance(day);
  // One that was never issued cannot wait.
  await passOn(host, copy, [reuse, other]);
  expect(host.issuer.orders.map(([first]) => first).sort()).toEqual([
    'crash.test',
    'crash.test',
    'other.test',
  ]);
  expect(isOnDisk(host, account)).toBe(false);
  expect(keyOf(host)).not.toBe(key);
  expect(recordOf(host)?.change).toBeNull();
});

it('an order under way belongs to the other host, and is not taken up', async () => {
  const host = await passHost();
  await issuedOnOriginal(host, [reuse]);
  host.issuer.failNext('complete', stopped);
  await passOn(host, original, [reuse], { asked: 'forced' });
  expect(leftOf(host).work).toEqual(['crash.test']);
  const [copied = ''] = host.issuer.taken.slice(-1);
  await passOn(host, copy, [reuse]);
  expect(host.issuer.orders).toHaveLength(2);
  host.advance(3 * hour);
  await passOn(host, copy, [reuse]);
  expect(host.issuer.orders).toHaveLength(3);
  expect(host.issuer.taken.at(-1)).not.toBe(copied);
  expect(leftOf(host).work).toEqual([]);
});

it('a removal that was cut short is ended on whatever host certd starts next', async () => {
  const host = await passHost();
  const account = await issuedOnOriginal(host, [reuse]);
  const key = keyOf(host);
  host.advance(day);
  await passOn(host, copy, [reuse]);
  host.advance(3 * hour);
  // The record (three), the account's directory and its sync, and one of its two files.
  const disk = dyingDisk(realDisk, { after: 6, how: 'kill' });
  await passOn(host, copy, [reuse], { disk });
  expect(leftOf(host).accounts).toEqual([expect.stringMatching(/^\.old-/)]);
  await passOn(host, original, [reuse]);
  expect(isOnDisk(host, account)).toBe(false);
  expect(keyOf(host)).not.toBe(key);
  expect(recordOf(host)).toEqual({ facts: original, change: null, copied: [] });
});

it('what fails after the accounts are gone is tried again, and only what is left', async () => {
  const host = await passHost();
  await issuedOnOriginal(host, [reuse, otherTarget]);
  host.advance(day);
  await passOn(host, copy, [reuse, otherTarget]);
  host.advance(3 * hour);
  host.issuer.refuse('crash.test', new CertdError('ca-error', 'not today'));
  await passOn(host, copy, [reuse, otherTarget]);
  expect(host.issuer.orders.slice(2)).toEqual([['other.test']]);
  expect(recordOf(host)).toMatchObject({
    facts: copy,
    change: { phase: 'replacing' },
    copied: [{ name: 'crash.test' }, { name: 'other.test' }],
  });
});

it('a copy of a certificate that nobody wants any more is remembered until somebody does', async () => {
  const host = await passHost();
  await issuedOnOriginal(host, [reuse, { ...otherTarget, keyReuse: true }]);
  const key = keyOf(host, 'other.test');
  host.advance(day);
  await passOn(host, copy, [reuse]);
  host.advance(3 * hour);
  await passOn(host, copy, [reuse]);
  expect(recordOf(host)).toMatchObject({ change: null, copied: [{ name: 'other.test' }] });
  await passOn(host, copy, [reuse, { ...otherTarget, keyReuse: true }]);
  expect(keyOf(host, 'other.test')).not.toBe(key);
});

describe('with `on_clone: hold`', () => {
  const held = async () => {
    const host = await passHost();
    const account = await issuedOnOriginal(host, [hold]);
    host.advance(day);
    await passOn(host, copy, [hold]);
    host.advance(80 * day);
    return { host, account };
  };

  it('nothing is ordered, also where it is due, and whoever asks is told why', async () => {
    const { host, account } = await held();
    expect((await passOn(host, copy, [hold])).results).toMatchObject([{ issued: null, error: null }]);
    const forced = await passOn(host, copy, [hold], { asked: 'forced' });
    expect(forced.results[0]?.error?.code).toBe('host-changed');
    expect(forced.results[0]?.error?.message).toContain('`certd account keep` where this is the same host');
    expect(host.issuer.orders).toHaveLength(1);
    expect(isOnDisk(host, account)).toBe(true);
  });

  it('`keep` goes on with account and key', async () => {
    const { host, account } = await held();
    const key = keyOf(host);
    expect(await startOn(host, copy, [hold], keepAccounts)).toBe(true);
    await passOn(host, copy, [hold]);
    expect(host.issuer.orders).toHaveLength(2);
    expect(keyOf(host)).toBe(key);
    expect(host.issuer.replaced[1]).toMatch(/\./);
    expect(isOnDisk(host, account)).toBe(true);
    expect(await startOn(host, copy, [hold], keepAccounts)).toBe(false);
  });

  it('`replace` takes new ones', async () => {
    const { host, account } = await held();
    const key = keyOf(host);
    await startOn(host, copy, [hold], replaceAccounts);
    expect(isOnDisk(host, account)).toBe(false);
    await passOn(host, copy, [hold]);
    expect(host.issuer.orders).toHaveLength(2);
    expect(keyOf(host)).not.toBe(key);
    expect(recordOf(host)).toEqual({ facts: copy, change: null, copied: [] });
  });
});

it('`replace` without another host has every certificate issued anew', async () => {
  const host = await passHost();
  const account = await issuedOnOriginal(host, [reuse]);
  const key = keyOf(host);
  host.advance(day);
  await startOn(host, original, [reuse], replaceAccounts);
  expect(isOnDisk(host, account)).toBe(false);
  expect(recordOf(host)?.change).toMatchObject({ cause: null, phase: 'replacing' });
  await passOn(host, original, [reuse]);
  expect(keyOf(host)).not.toBe(key);
  expect(host.issuer.replaced).toEqual([null, null]);
  expect(recordOf(host)).toEqual({ facts: original, change: null, copied: [] });
});

it('`replace` waits for an attempt that is under way, and what begins meanwhile waits for it', async () => {
  const host = await passHost();
  const account = await issuedOnOriginal(host, [reuse]);
  host.advance(day);
  const steps: string[] = [];
  const say = (what: string) => steps.push(`${what} ${isOnDisk(host, account) ? 'before' : 'after'} it`);
  const inside = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  await startOn(host, original, [reuse], async parts => {
    const complete: typeof host.issuer.complete = async (order, signal) => {
      inside.resolve();
      await goOn.promise;
      say('completed');
      return host.issuer.complete(order, signal);
    };
    const slow = { ...parts, issuerFor: () => ({ ...host.issuer, complete }) };
    const first = runPass(makeConfig([reuse]), slow, { names: null, asked: 'forced' });
    await inside.promise;
    const replaced = replaceAccounts(parts);
    const next = parts.hostGuard.attempts.use(async () => say('begun'));
    goOn.resolve();
    await Promise.all([first, replaced, next]);
  });
  // What the first attempt got is a copy by then, and the same pass replaces it.
  expect(steps).toEqual(['completed before it', 'begun after it', 'completed after it']);
});
