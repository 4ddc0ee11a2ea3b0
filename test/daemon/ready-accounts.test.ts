import { expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { CertdError } from '../../src/core/errors.ts';
import type { HostRecord } from '../../src/core/host/host-change.ts';
import type { InForce } from '../../src/daemon/loop.ts';
import { openReadyAccounts } from '../../src/daemon/ready-accounts.ts';
import { openLog } from '../../src/log.ts';
import { accountStore } from '../../src/store/account.ts';
import { realDisk } from '../../src/store/disk.ts';
import { makeConfig } from '../support/make-config.ts';
import { makeChoice, makeTarget } from '../support/make-observed.ts';
import { openStateDir } from '../support/state-dir.ts';

const hour = 3_600_000;
const start = Date.parse('2026-11-24T12:00:00Z');

/** One certificate of `main`, else of these. */
function configOf(...cas: readonly string[]): Config {
  const config = makeConfig([makeTarget({ cas: [makeChoice(), ...cas.map(name => makeChoice({ name }))] })]);
  const [main] = config.authorities.values();
  if (main === undefined) throw new Error('no authority');
  const others = cas.map(name => ({ ...main, name, directoryUrl: `https://${name}.invalid/dir` }));
  return { ...config, authorities: new Map([main, ...others].map(each => [each.name, each])) };
}

async function room(config: Config) {
  const layout = await openStateDir();
  const state = { config, now: start, host: null as HostRecord | null };
  const failing = new Map<string, CertdError>();
  const asked: string[] = [];
  const logged: { level: number; msg: string; [field: string]: unknown }[] = [];
  const rings: { at: number; ring: () => void; off: boolean }[] = [];
  const account = async (name: string, directoryUrl: string) => {
    asked.push(name);
    const error = failing.get(name);
    if (error !== undefined) throw error;
    const url = `https://${name}.invalid/account/1`;
    const store = accountStore(realDisk, layout, directoryUrl);
    await store.createKey('KEY\n');
    await store.save({ url, email: null, leaving: false });
    return url;
  };
  const { signal } = new AbortController();
  const parts = {
    signal,
    issuerFor: (authority: { name: string; directoryUrl: string }) => ({
      account: () => account(authority.name, authority.directoryUrl),
    }),
  };
  let running: Promise<unknown>[] = [];
  const loop = {
    config: () => state.config,
    use: <T>(job: (inForce: InForce) => Promise<T>): Promise<T> => {
      const ended = job({ config: state.config, parts } as unknown as InForce);
      running.push(ended);
      return ended;
    },
  };
  const accounts = openReadyAccounts(loop, {
    layout,
    world: { host: () => state.host },
    clock: { now: () => state.now },
    random: () => 0,
    log: openLog({ level: 'info', style: 'json', write: line => logged.push(JSON.parse(line)) }),
    timer: (ms, ring) => {
      const one = { at: state.now + ms, ring, off: false };
      rings.push(one);
      return () => {
        one.off = true;
      };
    },
  });
  /** Until every question has its answer. */
  const settled = async () => {
    const now = running;
    running = [];
    await Promise.allSettled(now);
    await new Promise(resolve => setImmediate(resolve));
  };
  const advance = async (ms: number) => {
    state.now += ms;
    const due = rings.filter(({ at, off }) => at <= state.now && !off);
    for (const each of due) {
      each.off = true;
      each.ring();
    }
    await settled();
  };
  return { state, layout, failing, asked, logged, accounts, settled, advance, loop };
}

const unreachable = new CertdError('ca-unreachable', 'The CA at second.invalid cannot be reached.');

it('every CA that a certificate may come from has an account, also where no order is due', async () => {
  const { accounts, asked, logged, settled } = await room(configOf('second'));
  accounts.begin();
  await settled();
  expect(asked).toEqual(['main', 'second']);
  expect(accounts.problems()).toEqual([]);
  // They are asked beside each other, and the disk says which is ready first.
  expect(logged.toSorted((a, b) => String(a['ca']).localeCompare(String(b['ca'])))).toMatchObject([
    { level: 30, msg: 'account is ready', ca: 'main', account: 'https://main.invalid/account/1' },
    { level: 30, msg: 'account is ready', ca: 'second', account: 'https://second.invalid/account/1' },
  ]);
});

it('one that fails is a warning and a problem that says what it means, and is tried again in an hour', async () => {
  const { accounts, asked, failing, logged, settled, advance } = await room(configOf('second'));
  failing.set('second', unreachable);
  accounts.begin();
  await settled();
  const [found, ...more] = accounts.problems();
  expect(more).toEqual([]);
  expect(found).toEqual({
    code: 'ca-not-ready',
    level: 'warning',
    certificate: null,
    message: 'the fallback second is not ready: The CA at second.invalid cannot be reached.',
    since: '2026-11-24T12:00:00.000Z',
  });
  // One object, so that equal answers of the socket stay one.
  expect(accounts.problems()[0]).toBe(found);
  expect(logged.filter(({ level }) => level === 40)).toMatchObject([
    { msg: 'account is not ready', ca: 'second', code: 'ca-unreachable', waitMs: hour },
  ]);
  await advance(hour - 1);
  expect(asked).toEqual(['main', 'second']);
  failing.clear();
  await advance(1);
  expect(asked).toEqual(['main', 'second', 'second']);
  expect(accounts.problems()).toEqual([]);
  await advance(48 * hour);
  expect(asked).toHaveLength(3);
});

it('while it goes on failing it is asked each hour, and the problem is as old as the first failure', async () => {
  const { accounts, asked, failing, settled, advance } = await room(configOf('second'));
  failing.set('second', unreachable);
  accounts.begin();
  await settled();
  for (let i = 0; i < 5; i++) await advance(hour);
  expect(asked.filter(name => name === 'second')).toHaveLength(6);
  expect(accounts.problems()).toMatchObject([{ since: '2026-11-24T12:00:00.000Z' }]);
});

it('what the CA asks to wait is waited, and what a person must mend is asked for daily', async () => {
  const { accounts, asked, failing, settled, advance } = await room(configOf('second', 'third'));
  const limited = new CertdError('rate-limited', 'too many accounts', { notBefore: start + 3 * hour });
  failing.set('second', limited);
  failing.set('third', new CertdError('eab-required', 'The CA third wants an external account binding'));
  accounts.begin();
  await settled();
  await advance(3 * hour - 1);
  expect(asked).toHaveLength(3);
  await advance(1);
  expect(asked.slice(3)).toEqual(['second']);
  await advance(21 * hour);
  expect(asked.slice(4)).toContain('third');
});

it('the first CA of a certificate is called no fallback', async () => {
  const { accounts, failing, settled } = await room(configOf());
  failing.set('main', unreachable);
  accounts.begin();
  await settled();
  expect(accounts.problems()[0]?.message).toMatch(/^the CA main is not ready: /);
});

it('a problem is over once an order has made the account', async () => {
  const { accounts, failing, layout, settled } = await room(configOf('second'));
  failing.set('second', unreachable);
  accounts.begin();
  await settled();
  const store = accountStore(realDisk, layout, 'https://second.invalid/dir');
  await store.createKey('KEY\n');
  await store.save({ url: 'u', email: null, leaving: false });
  expect(accounts.problems()).toEqual([]);
});

it('an account that is there and cannot be used is a problem all the same', async () => {
  const { accounts, failing, layout, settled } = await room(configOf('second'));
  const store = accountStore(realDisk, layout, 'https://second.invalid/dir');
  await store.createKey('KEY\n');
  await store.save({ url: 'u', email: null, leaving: false });
  failing.set('second', new CertdError('state-corrupt', 'account.json cannot be used'));
  accounts.begin();
  await settled();
  expect(accounts.problems()).toMatchObject([
    { message: 'the fallback second is not ready: account.json cannot be used' },
  ]);
});

it('another configuration forgets what failed, and asks at once', async () => {
  const { accounts, asked, failing, state, settled, advance } = await room(configOf('second'));
  failing.set('second', unreachable);
  accounts.begin();
  await settled();
  state.config = configOf('third');
  accounts.begin();
  expect(accounts.problems()).toEqual([]);
  await settled();
  expect(asked).toEqual(['main', 'second', 'main', 'third']);
  await advance(24 * hour);
  expect(asked).toHaveLength(4);
});

it('an answer to an earlier configuration says nothing about this one', async () => {
  const { accounts, failing, state, settled } = await room(configOf('second'));
  failing.set('second', unreachable);
  accounts.begin();
  state.config = configOf();
  accounts.begin();
  await settled();
  expect(accounts.problems()).toEqual([]);
});

it('at the end nothing rings any more, and a stop is no failure', async () => {
  const { accounts, asked, failing, logged, settled, advance } = await room(configOf('second'));
  failing.set('main', new CertdError('stopped', 'certd is being stopped'));
  failing.set('second', unreachable);
  accounts.begin();
  await settled();
  expect(logged).toHaveLength(1);
  accounts.end();
  await advance(48 * hour);
  expect(asked).toEqual(['main', 'second']);
  expect(accounts.problems()).toEqual([]);
});

it('the account of another host is not entered, and the new one is once that is gone', async () => {
  const { accounts, asked, state, settled, advance } = await room(configOf());
  const change = { cause: null, changedAt: 0, renewAt: 0, phase: 'waiting', facts: [] } as const;
  state.host = { facts: [], change, copied: [] };
  accounts.begin();
  await settled();
  await advance(60_000);
  expect(asked).toEqual([]);
  state.host = { facts: [], change: { ...change, phase: 'replacing' }, copied: [] };
  await advance(60_000);
  expect(asked).toEqual(['main']);
  await advance(48 * hour);
  expect(asked).toEqual(['main']);
});
