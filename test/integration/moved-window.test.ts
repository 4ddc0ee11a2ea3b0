import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { certIdOf } from '../../src/x509/cert-id.ts';
import { askSocket } from '../support/ask-socket.ts';
import { type CaProxy, startCaProxy, through } from '../support/ca-proxy.ts';
import { type CertdProcess, pebbleSettings, startCertd } from '../support/certd-process.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { steppedClock } from '../support/stepped-clock.ts';
import { waitUntil } from '../support/wait-until.ts';

const names = Array.from({ length: 100 }, (_, index) => `moved-${index}.certd.test`);
const width = 20_000;

/** The tests look at one story: the CA calls for a hundred certificates within twenty seconds. */
describe('a hundred certificates whose window the CA has moved', () => {
  let stack: Stack;
  let proxy: CaProxy;
  let certd: CertdProcess;
  /** Of the window. */
  let start: number;
  /** The certID of what each name had before. */
  const had = new Map<string, string | null>();
  const placed = () => proxy.seen().filter(({ kind, caStatus }) => kind === 'newOrder' && caStatus === 201);
  /** Of the renewals, by name: when the CA had the order, in ms from the start of the window. */
  const moments = () =>
    new Map(
      placed()
        .slice(names.length)
        .map(({ at, payload }) => [nameIn(payload), at - start]),
    );
  /** When certd is to renew each name by its own word, in ms from the start of the window. */
  const planned = new Map<string, number>();
  const renewals = async (): Promise<readonly { name: string; renewal: Renewal }[]> =>
    JSON.parse((await askSocket(join(certd.runtimeDir, 'health.sock'), '/status')).body).certificates;

  beforeAll(async () => {
    stack = await startStack();
    const clock = steppedClock(stack.programs, stack.dir);
    proxy = await startCaProxy(stack, clock.now);
    certd = await startCertd(join(stack.dir, 'certd'), configuration(through(proxy, stack)), {
      env: clock.env,
    });
    await waitUntil(
      'all windows are known',
      async () => (await renewals()).every(({ renewal }) => renewal.source === 'ari') || null,
      90_000,
    );
    const pems = names.map(name => readFileSync(join(certd.liveDir(name), 'cert.pem'), 'utf8'));
    for (const [index, name] of names.entries()) had.set(name, certIdOf(pems[index] ?? ''));
    // In its first hour a certificate is not renewed by itself.
    clock.step(1);
    // Time enough to tell the CA, and for certd to ask it.
    start = clock.now() + 15_000;
    for (const pem of pems) await stack.pebble.setRenewalInfo(pem, { start, end: start + width });
    // Nothing is due yet: certd asks for the windows, and waits.
    expect(await certd.command('renew')).toMatchObject({ code: 0 });
    for (const { name, renewal } of await renewals()) planned.set(name, Date.parse(renewal.renew_at) - start);
    await waitUntil('all are renewed', () => (moments().size >= names.length ? true : null), 60_000);
  });
  afterAll(async () => {
    await certd.stop();
    await proxy.stop();
    await stack.stop();
  });

  test('all are to be renewed inside the window, and no tenth of it has more than a quarter of them', () => {
    const all = [...planned.values()];
    expect(all.filter(ms => !(ms >= 0 && ms < width))).toEqual([]);
    const tenths = Array.from({ length: 10 }, (_, tenth) =>
      all.filter(ms => Math.floor((10 * ms) / width) === tenth),
    );
    expect(Math.max(...tenths.map(({ length }) => length))).toBeLessThanOrEqual(25);
  });

  test('each has its order at the CA at its moment, without waiting for a tick of the schedule', () => {
    expect([...moments().keys()].toSorted()).toEqual(names.toSorted());
    // A busy machine needs some seconds for it: nobody but certd is asked to be in time.
    const late = [...moments()].map(([name, ms]) => ms - (planned.get(name) ?? Number.NaN));
    expect(late.filter(ms => !(ms >= 0 && ms < width))).toEqual([]);
  });

  test('each names the certificate that it replaces', () => {
    // Also one that Pebble fails at, which is then placed without: where the serial begins with 00, one of 256.
    const replaces = proxy
      .seen()
      .filter(({ payload }) => payload?.['replaces'] !== undefined)
      .map(({ payload }) => [nameIn(payload), payload?.['replaces']]);
    expect(Object.fromEntries(replaces)).toEqual(Object.fromEntries(had));
  });
});

type Renewal = { readonly source: string; readonly renew_at: string };

function nameIn(payload: Readonly<Record<string, unknown>> | null): string {
  return [payload?.['identifiers']]
    .flat()
    .map(each => Object(each).value)
    .join();
}

function configuration(stack: Stack): string {
  return `${pebbleSettings(stack)}defaults:
  challenge: { webroot: ${stack.nginx.webroot} }
certificates:
${names.map(name => `  - domains: [${name}]\n`).join('')}`;
}
