import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { dutyOf } from '../../src/core/duty.ts';
import { CertdError } from '../../src/core/errors.ts';
import type { Instant, Leaf, Observed, Target } from '../../src/core/model.ts';
import type { Issuer } from '../../src/core/ports.ts';
import { realDisk } from '../../src/store/disk.ts';
import { observe } from '../../src/store/observe.ts';
import { authority, type CrashHost, crashHost, target } from '../support/crash-host.ts';
import { type FakeIssuer, fakeIssuer } from '../support/fake-issuer.ts';
import { makeCa, type TestCa } from '../support/make-cert.ts';
import { makeChoice } from '../support/make-observed.ts';

const day = 86_400_000;
/** Days, and the name of the CA and of the one certificate that it issues. */
const lifetimes = { 'six.test': 6, 'forty-seven.test': 47, 'two-hundred.test': 200 } as const;
const names = ['six.test', 'forty-seven.test', 'two-hundred.test'] as const;

const targets: readonly Target[] = names.map(name => ({
  ...target,
  name,
  domains: [name],
  cas: [makeChoice({ name })],
}));

let ca: TestCa;
beforeAll(async () => {
  ca = await makeCa('year test', undefined, { notAfter: new Date(Date.now() + 1000 * day) });
});

/** `down`: in days since the start, when no CA can be reached. */
function openYear(down: { readonly from: number; readonly to: number } = { from: 0, to: 0 }) {
  const host = crashHost(ca);
  onTestFinished(host.remove);
  const start = host.now();
  const today = () => (host.now() - start) / day;
  const issuers = new Map<string, FakeIssuer>(
    names.map(name => [name, fakeIssuer({ ca, now: host.now, lifetimeMs: lifetimes[name] * day })]),
  );
  const reached = (name: string): Issuer => {
    const issuer = issuers.get(name) ?? host.issuer;
    if (today() < down.from || today() >= down.to) return issuer;
    const refuse = async () => {
      throw new CertdError('ca-unreachable', 'nobody is there');
    };
    return { order: refuse, complete: refuse, revoke: refuse, renewalInfo: refuse };
  };
  const parts = {
    authorities: new Map(names.map(name => [name, { ...authority, name }])),
    issuerFor: ({ name }: { name: string }) => reached(name),
  };
  const orders = () => names.map(name => issuers.get(name)?.orders.length);
  return { host, issuers, orders, today, parts };
}

type Year = ReturnType<typeof openYear>;

/** Jumps from each moment at which something can be due to the next, as a daemon that is started for each. */
async function live({ host, today, parts }: Year, days: number): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  const look = () => new Map<string, Observed>(names.map(name => [name, observe(host.layout(), name)]));
  let known = look();
  for (let passes = 0; today() <= days; ) {
    const { due, wakeAt } = dutyOf(targets, name => known.get(name) ?? expect.fail(name), host.now());
    if (due.length === 0) {
      host.advance(Math.max(1, (wakeAt ?? Number.POSITIVE_INFINITY) - host.now()));
    } else {
      passes += 1;
      expect(passes, 'passes in all').toBeLessThan(5000);
      await host.start(realDisk, 'nothing', { targets: due, parts });
      known = look();
    }
    for (const [name, { live }] of known) seen.push({ name, at: host.now(), leaf: live?.leaf ?? null });
  }
  return seen;
}

type Seen = { readonly name: string; readonly at: Instant; readonly leaf: Leaf | null };

/** What a web server would have served that is not valid, at any moment that was looked at. */
function gaps(seen: readonly Seen[]): readonly Seen[] {
  return seen.filter(({ at, leaf }) => leaf === null || leaf.notBefore > at || leaf.notAfter <= at);
}

/** The share of its lifetime that each certificate had left when another took its place. */
function leftAtRenewal(host: CrashHost, seen: readonly Seen[], name: string): readonly number[] {
  const own = seen.filter(each => each.name === name);
  return own.flatMap(({ leaf, at }, index) => {
    const before = own[index - 1]?.leaf;
    if (before === undefined || before === null || leaf?.serial === before.serial) return [];
    expect(at).toBeLessThanOrEqual(host.now());
    return [(before.notAfter - at) / (before.notAfter - before.notBefore)];
  });
}

describe('a simulated year of three certificates', () => {
  it('has no gap, and as many orders as their lifetimes ask for', async () => {
    const year = openYear();
    const seen = await live(year, 365);
    expect(gaps(seen)).toEqual([]);
    // After 1/2 of 6 days, 2/3 of 47 and 2/3 of 200: every 3, 31 1/3 and 133 1/3 days, and one at the start.
    expect(year.orders()).toEqual([1 + 121, 1 + 11, 1 + 2]);
    const hooks = year.host.hooksRun.filter(run => run.startsWith('first '));
    expect(new Set(hooks).size).toBe(hooks.length);
    for (const [name, share] of [
      ['six.test', 1 / 2],
      ['forty-seven.test', 1 / 3],
      ['two-hundred.test', 1 / 3],
    ] as const) {
      for (const left of leftAtRenewal(year.host, seen, name)) expect(left, name).toBeCloseTo(share, 6);
    }
  });

  it('has none in its first 200 days either, where CAs date back by an hour and cannot be reached for two days, and costs no order more', async () => {
    const year = openYear({ from: 120, to: 122 });
    for (const issuer of year.issuers.values()) issuer.dateBack(day / 24);
    expect(gaps(await live(year, 200))).toEqual([]);
    // An hour sooner each: every 71 h, 751 h and 3199 h. The 41st renewal of the first falls into the outage, at
    // 2911 h. It is tried at 0, 1, 2, 3, 5, 7, 11, 17, 26 and 40 minutes, and each 15 and a twentieth from then on: 62
    // times more in the 17 hours that are left of it. It comes at 2928.21 h, and 26 follow in 200 days.
    expect(year.orders()).toEqual([1 + 40 + 1 + 26, 1 + 6, 1 + 1]);
    const failed = year.host.logged.filter(({ msg }) => msg === 'certificate could not be issued');
    expect(failed.map(({ code }) => code)).toEqual(Array(10 + 62).fill('ca-unreachable'));
  });
});
