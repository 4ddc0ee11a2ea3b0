import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askSocket } from '../support/ask-socket.ts';
import { type CertdProcess, nginxConfig, startCertd } from '../support/certd-process.ts';
import { waitForLooks } from '../support/count-looks.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type SteppedClock, steppedClock } from '../support/stepped-clock.ts';
import { waitUntil } from '../support/wait-until.ts';

const domain = 'clock.certd.test';
const day = 86_400_000;

/** The tests are steps of one story: the daemon runs from the first to the last. */
describe('certd run on a host whose clock is stepped', () => {
  let stack: Stack;
  let certd: CertdProcess;
  let clock: SteppedClock;
  beforeAll(async () => {
    stack = await startStack();
    clock = steppedClock(stack.programs, stack.dir);
    const config = `${nginxConfig(stack, [domain])}schedule: "* * * * * *"\n`;
    certd = await startCertd(join(stack.dir, 'certd'), config, { env: clock.env });
    await deployed('0001');
  });
  afterAll(async () => {
    await certd.stop();
    await stack.stop();
  });

  const health = (path: string) => askSocket(join(certd.runtimeDir, 'health.sock'), path);
  const status = async () => JSON.parse((await health('/status')).body);
  const looks = (count: number) => waitForLooks(join(certd.runtimeDir, 'health.sock'), count);
  const deployed = (counter: string) =>
    waitUntil(`generation ${counter} is deployed`, async () => {
      const document = await status();
      return document.certificates[0].generation.deployed?.startsWith(`${counter}-`) ? document : null;
    });
  const counts = async () => ({ orders: stack.pebble.orders(), reloads: await stack.nginx.reloadCount() });
  const daysAhead = ({ now }: { now: string }) => (Date.parse(now) - Date.now()) / day;

  test('does nothing before its time', async () => {
    clock.step(40);
    await looks(3);
    const document = await status();
    expect(daysAhead(document)).toBeCloseTo(40, 1);
    expect(document).toMatchObject({ status: 'ok', problems: [] });
    expect(await counts()).toEqual({ orders: 1, reloads: 1 });
  });

  test('renews at the next tick after a suspend of weeks, once, and without a restart', async () => {
    const { pid, certificates } = await status();
    clock.step(70);
    const document = await deployed('0002');
    expect(document).toMatchObject({ pid, status: 'ok', certificates: [{ renewal: { failures: 0 } }] });
    expect(document.certificates[0].serial).not.toBe(certificates[0].serial);
    await looks(4);
    expect(await counts()).toEqual({ orders: 2, reloads: 2 });
  });

  test('orders nothing when the clock is set back before its certificate, goes on looking and says so', async () => {
    clock.step(-10);
    await looks(4);
    const document = await status();
    expect(daysAhead(document)).toBeCloseTo(-10, 1);
    expect(document.certificates[0]).toMatchObject({
      status: 'warning',
      problems: [{ code: 'clock-behind' }],
      renewal: { failures: 0, last_error: null },
      deploy: { state: 'deployed' },
    });
    expect((await health('/livez')).status).toBe(200);
    expect((await health('/healthz')).status).toBe(200);
    expect(certd.process.ended()).toBeNull();
    expect(await counts()).toEqual({ orders: 2, reloads: 2 });
  });

  test('has piled nothing up when the clock goes forward and back again', async () => {
    for (const days of [0, 70, -10, 70, 0]) {
      clock.step(days);
      await looks(2);
    }
    expect(await counts()).toEqual({ orders: 2, reloads: 2 });
    expect(await status()).toMatchObject({ status: 'ok', problems: [] });
    expect((await health('/livez')).status).toBe(200);
  });

  test('survives the step of a host that started without a clock', async () => {
    clock.step(-3 * 365 + 30);
    await looks(2);
    clock.step(0);
    await looks(2);
    expect(await status()).toMatchObject({ status: 'ok', problems: [] });
    expect(await counts()).toEqual({ orders: 2, reloads: 2 });
  });

  test('ends clean on SIGTERM while the clock is wrong', async () => {
    clock.step(-10);
    await looks(1);
    await certd.stop();
    const levels = certd.process
      .log()
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).level);
    expect(Math.max(...levels)).toBeLessThan(50);
  });
});
