import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askSocket } from '../support/ask-socket.ts';
import { type CertdProcess, nginxConfig, startCertd } from '../support/certd-process.ts';
import { waitForLooks } from '../support/count-looks.ts';
import type { PebbleOptions } from '../support/pebble.ts';
import { startStack } from '../support/stack.ts';
import { steppedClock } from '../support/stepped-clock.ts';
import { waitUntil } from '../support/wait-until.ts';

const domain = 'clock.certd.test';
const minute = 60_000;
const day = 86_400_000;

/** A daemon whose clock a test steps, alone with a CA whose clock is right. */
async function openHost(options: PebbleOptions = {}) {
  const stack = await startStack(options);
  const clock = steppedClock(stack.programs, stack.dir);
  const start = async (): Promise<CertdProcess> => {
    const config = `${nginxConfig(stack, [domain])}schedule: "* * * * * *"\n`;
    return startCertd(join(stack.dir, 'certd'), config, { env: clock.env });
  };
  const counts = async () => ({ orders: stack.pebble.orders(), reloads: await stack.nginx.reloadCount() });
  return { stack, clock, start, counts };
}

type Shown = {
  readonly generation: { readonly deployed: string | null };
  readonly renewal: { readonly last_error: { readonly message: string } | null };
};

const health = ({ runtimeDir }: CertdProcess, path: string) =>
  askSocket(join(runtimeDir, 'health.sock'), path);
const statusOf = async (certd: CertdProcess) => JSON.parse((await health(certd, '/status')).body);
const looks = ({ runtimeDir }: CertdProcess, count: number) =>
  waitForLooks(join(runtimeDir, 'health.sock'), count);
/** Waits for a status document; where it does not come, shows the last one. */
async function documentWhere(certd: CertdProcess, what: string, fits: (certificate: Shown) => boolean) {
  let last: unknown = null;
  const probe = async () => {
    const document = await statusOf(certd);
    last = document;
    return fits(document.certificates[0]) ? document : null;
  };
  return waitUntil(what, probe).catch((thrown: unknown) => {
    throw new Error(`${String(thrown)}: ${JSON.stringify(last, null, 2)}`, { cause: thrown });
  });
}
const deployed = (certd: CertdProcess, counter: string) =>
  documentWhere(
    certd,
    `generation ${counter} is deployed`,
    ({ generation }) => generation.deployed?.startsWith(`${counter}-`) ?? false,
  );
const refused = (certd: CertdProcess, how: RegExp) =>
  documentWhere(certd, `the clock is ${how}`, ({ renewal }) => how.test(renewal.last_error?.message ?? ''));
const daysAhead = ({ now }: { now: string }) => (Date.parse(now) - Date.now()) / day;

/** The tests are steps of one story: the daemon runs from the first to the last. */
describe('certd run on a host whose clock is wrong', () => {
  let host: Awaited<ReturnType<typeof openHost>>;
  let certd: CertdProcess;
  beforeAll(async () => {
    host = await openHost();
    host.clock.step(0.5);
    certd = await host.start();
  });
  afterAll(async () => {
    await certd.stop();
    await host.stack.stop();
  });

  test('issues nothing by a clock that is half a day ahead, and says so', async () => {
    const { certificates } = await refused(certd, /12h ahead of/);
    expect(certificates[0]).toMatchObject({
      status: 'critical',
      problems: [{ code: 'not-issued' }, { code: 'clock-skewed' }],
      renewal: { failures: 1, last_error: { code: 'clock-skewed' } },
    });
    expect(await host.counts()).toEqual({ orders: 0, reloads: 0 });
  });

  test('goes on at the next tick once the clock is right', async () => {
    host.clock.step(0);
    expect(await deployed(certd, '0001')).toMatchObject({ status: 'ok', problems: [] });
    expect(await host.counts()).toEqual({ orders: 1, reloads: 1 });
  });

  test('does nothing before its time', async () => {
    host.clock.step(40);
    await looks(certd, 3);
    const document = await statusOf(certd);
    expect(daysAhead(document)).toBeCloseTo(40, 1);
    expect(document).toMatchObject({ status: 'ok', problems: [] });
    expect(await host.counts()).toEqual({ orders: 1, reloads: 1 });
  });

  test('renews nothing by a clock that is weeks ahead, and is as before when that is right again', async () => {
    host.clock.step(70);
    expect(await refused(certd, /70d ahead of/)).toMatchObject({
      certificates: [{ status: 'warning', problems: [{ code: 'clock-skewed' }] }],
    });
    host.clock.step(0);
    await looks(certd, 2);
    expect(await statusOf(certd)).toMatchObject({ status: 'ok', problems: [] });
    expect(await host.counts()).toEqual({ orders: 1, reloads: 1 });
  });

  test('orders nothing when the clock is set back before its certificate, goes on looking and says so', async () => {
    host.clock.step(-10);
    await looks(certd, 4);
    const document = await statusOf(certd);
    expect(daysAhead(document)).toBeCloseTo(-10, 1);
    expect(document.certificates[0]).toMatchObject({
      status: 'warning',
      problems: [{ code: 'clock-behind' }],
      deploy: { state: 'deployed' },
    });
    expect((await health(certd, '/livez')).status).toBe(200);
    expect((await health(certd, '/healthz')).status).toBe(200);
    expect(certd.process.ended()).toBeNull();
    expect(await host.counts()).toEqual({ orders: 1, reloads: 1 });
  });

  test('has piled nothing up when the clock goes forward and back again', async () => {
    for (const days of [0, 70, -10, 70, 0]) {
      host.clock.step(days);
      await looks(certd, 2);
    }
    expect(await host.counts()).toEqual({ orders: 1, reloads: 1 });
    expect(await statusOf(certd)).toMatchObject({ status: 'ok', problems: [] });
    expect((await health(certd, '/livez')).status).toBe(200);
  });

  test('survives the step of a host that started without a clock', async () => {
    host.clock.step(-3 * 365 + 30);
    await looks(certd, 2);
    host.clock.step(0);
    await looks(certd, 2);
    expect(await statusOf(certd)).toMatchObject({ status: 'ok', problems: [] });
    expect(await host.counts()).toEqual({ orders: 1, reloads: 1 });
  });

  test('ends clean on SIGTERM while the clock is wrong, and has met no other error', async () => {
    host.clock.step(-10);
    await looks(certd, 1);
    await certd.stop();
    const lines = certd.process
      .log()
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    const errors = lines.filter(({ level }) => level >= 50);
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['clock-skewed']));
  });
});

describe('certd run on a host that was suspended', () => {
  let host: Awaited<ReturnType<typeof openHost>>;
  let certd: CertdProcess;
  beforeAll(async () => {
    // The CA is not suspended with the host, and an hour between them is too much: due before that is over.
    host = await openHost({ profiles: { short: { description: '75 minutes', validityPeriod: 75 * 60 } } });
    certd = await host.start();
    await deployed(certd, '0001');
    // Pebble's own window for so short a certificate is its whole lifetime.
    const pem = readFileSync(join(certd.liveDir(domain), 'cert.pem'), 'utf8');
    const window = { start: Date.now() + 40 * minute, end: Date.now() + 50 * minute };
    await host.stack.pebble.setRenewalInfo(pem, window);
    expect(await certd.command('renew')).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await certd.stop();
    await host.stack.stop();
  });

  test('renews at the next tick, once, and without a restart', async () => {
    const { pid, certificates } = await statusOf(certd);
    await looks(certd, 2);
    expect(await host.counts()).toEqual({ orders: 1, reloads: 1 });
    host.clock.step(55 / 1440);
    const document = await deployed(certd, '0002');
    host.clock.step(0);
    expect(document).toMatchObject({ pid, certificates: [{ renewal: { failures: 0 } }] });
    expect(document.certificates[0].serial).not.toBe(certificates[0].serial);
    await looks(certd, 2);
    expect(await host.counts()).toEqual({ orders: 2, reloads: 2 });
  });
});
