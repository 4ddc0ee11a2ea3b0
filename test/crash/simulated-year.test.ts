import { beforeAll, expect, it } from 'vitest';
import { CertdError } from '../../src/core/errors.ts';
import { makeCa, type TestCa } from '../support/make-cert.ts';
import { openYear, type Year } from '../support/simulated-year.ts';

const seed = Number(process.env['CERTD_SEED'] ?? 20261124);
const names = ['six.test', 'forty-seven.test', 'ninety.test'];
const hour = 1 / 24;
/** Of a year, less half a day: far from the days on which a renewal more would be due. */
const end = 364.5;

/**
 * What happens once is watched until each has been renewed after it; CERTD_YEARS=whole goes on to the end of the year,
 * which only repeats that. Less half a day, too.
 */
const isWhole = process.env['CERTD_YEARS'] === 'whole';
const enough = isWhole ? end : 199;

let ca: TestCa;
beforeAll(async () => {
  ca = await makeCa('year test', undefined, { notAfter: new Date(Date.now() + 1000 * 86_400_000) });
});

/** No lapse, no limit, and orders as many as are written by hand for six, forty-seven and ninety days. */
function expectGood(year: Year, orders: readonly number[]): void {
  const why = `with CERTD_SEED=${seed}`;
  expect(year.gaps(), why).toEqual([]);
  expect(year.orders(), why).toEqual(orders);
  const codes = year.host.logged.map(({ code }) => code);
  expect(codes, why).not.toContain('rate-limited');
}

/** How many orders had to count against the limit on equal certificates. */
const counted = (year: Year) => year.cas.map(({ placed }) => placed.filter(({ exempt }) => !exempt).length);

it('a quiet year: every renewal lies in its window, and so counts against no limit', async () => {
  const year = openYear(ca, { seed });
  await year.liveUntil(end);
  // Every 3, 31 1/3 and 60 days, and one at the start.
  expectGood(year, [1 + 121, 1 + 11, 1 + 6]);
  expect(counted(year)).toEqual([1, 1, 1]);
});

it('a quiet year of an issuer and a deployer that are two processes is the same', async () => {
  const year = openYear(ca, { seed, isExternal: true });
  await year.liveUntil(end);
  expectGood(year, [1 + 121, 1 + 11, 1 + 6]);
  // Each was deployed once.
  const deploys = year.orders().map((count, index) => [`name="${names[index]}",result="success"`, count]);
  expect(Object.fromEntries(year.host.counted().deploys)).toEqual(Object.fromEntries(deploys));
});

it('a day without a CA costs no order and no certificate', async () => {
  const down = new CertdError('ca-unreachable', 'nobody is there');
  const year = openYear(ca, { seed, outage: today => (today >= 101.5 && today < 102.5 ? down : null) });
  await year.liveUntil(enough);
  // The 34th renewal of six days, at 102, comes half a day later, and all that follow it.
  expectGood(year, isWhole ? [1 + 121, 1 + 11, 1 + 6] : [1 + 66, 1 + 6, 1 + 3]);
});

it('8 May 2026: two and a half hours of 503, then everything is to be renewed at once', async () => {
  const down = new CertdError('ca-error', 'HTTP 503', { facts: { status: 503, request: 'directory' } });
  const year = openYear(ca, {
    seed,
    outage: today => (today >= 128 && today < 128 + 2.5 * hour ? down : null),
  });
  await year.liveUntil(128 + 2.5 * hour);
  const before = year.orders();
  expect(before).toEqual([1 + 42, 1 + 4, 1 + 2]);
  for (const each of year.cas) each.replaceAllBefore(year.host.now() - 2.5 * 3_600_000);
  // Each learns of it within the six hours and a fifth after which it asks for its window.
  await year.liveUntil(128 + 2.5 * hour + 7.5 * hour);
  expect(year.orders()).toEqual(before.map(orders => orders + 1));
  await year.liveUntil(enough);
  // From then on every 3, 31 1/3 and 60 days again: 23, 2 and 1 times, and in the whole year 78, 7 and 3.
  const again = isWhole ? [78, 7, 3] : [23, 2, 1];
  expectGood(
    year,
    before.map((orders, index) => orders + 1 + (again[index] ?? Number.NaN)),
  );
  // Boulder serves a window in the past for it, which exempts nobody.
  expect(counted(year)).toEqual([2, 2, 2]);
});

it('a revocation costs one order, at once, and the next renewal counts from there', async () => {
  const year = openYear(ca, { seed });
  await year.liveUntil(100);
  expect(year.orders()).toEqual([1 + 33, 1 + 3, 1 + 1]);
  await year.revoke('forty-seven.test');
  expect(year.orders()).toEqual([1 + 33, 1 + 3 + 1, 1 + 1]);
  await year.liveUntil(enough);
  // After day 100 every 31 1/3: 131, 163 and 194; then 225, 257, 288, 319 and 351.
  expectGood(year, isWhole ? [1 + 121, 1 + 3 + 1 + 8, 1 + 6] : [1 + 66, 1 + 3 + 1 + 3, 1 + 3]);
  expect(counted(year)).toEqual([1, 2, 1]);
});

it('without windows: after a half of six days, and two thirds of the others', async () => {
  const year = openYear(ca, { seed, hasWindows: false });
  await year.liveUntil(end);
  expectGood(year, [1 + 121, 1 + 11, 1 + 6]);
  for (const left of year.leftAtRenewal('six.test')) expect(left).toBeCloseTo(1 / 2, 6);
  for (const left of year.leftAtRenewal('forty-seven.test')) expect(left).toBeCloseTo(1 / 3, 6);
  for (const left of year.leftAtRenewal('ninety.test')) expect(left).toBeCloseTo(1 / 3, 6);
  const hooks = year.host.hooksRun.filter(run => run.startsWith('first '));
  expect(new Set(hooks).size).toBe(hooks.length);
});

it('without windows and with CAs that date back by an hour, two days without them cost a few minutes', async () => {
  const down = new CertdError('ca-unreachable', 'nobody is there');
  const outage = (today: number) => (today >= 120 && today < 122 ? down : null);
  const year = openYear(ca, { seed, outage, hasWindows: false, datesBack: 3_600_000 });
  await year.liveUntil(200);
  // An hour sooner each: every 71 h, 751 h and 1439 h. The 41st renewal of the first falls into the outage, at
  // 2911 h, and comes within a quarter of an hour and its jitter of the end, at 2928 h. 26 follow in 200 days.
  expectGood(year, [1 + 40 + 1 + 26, 1 + 6, 1 + 3]);
  const [knocked] = year.cas.map(({ knocks }) => knocks.length);
  // About 0, 1, 2, 3, 5, 7, 11, 17, 26 and 40 minutes, then each 15 and a tenth at most, for 17 hours; and a question for
  // a window before, in 31 hours that end with it.
  expect(knocked).toBeGreaterThanOrEqual(10 + 58);
  expect(knocked).toBeLessThanOrEqual(10 + 66 + 6);
});
