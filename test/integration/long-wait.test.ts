import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askSocket } from '../support/ask-socket.ts';
import { type CaProxy, type Spoil, startCaProxy, through } from '../support/ca-proxy.ts';
import { both, withFields, withHeaders } from '../support/ca-spoils.ts';
import { type CertdProcess, nginxConfig, startAgain, startCertd } from '../support/certd-process.ts';
import { waitForLooks } from '../support/count-looks.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type SteppedClock, steppedClock } from '../support/stepped-clock.ts';
import { waitUntil } from '../support/wait-until.ts';

const domain = 'long-wait.certd.test';
const minutes = 1 / 1440;

const processing = both(
  withFields({ status: 'processing', certificate: undefined }),
  withHeaders({ 'retry-after': '300' }),
);
/** Of an order that is finalized. */
const spoil: Spoil = async (askCa, request) => {
  const answer = await askCa();
  return /"(processing|valid)"/.test(answer.body) ? processing(async () => answer, request) : answer;
};

/** The tests are steps of one story: an order that the CA works on for ten minutes, five of which it names. */
describe('an order that is processing for ten minutes', () => {
  let stack: Stack;
  let proxy: CaProxy;
  let certd: CertdProcess;
  let clock: SteppedClock;
  beforeAll(async () => {
    stack = await startStack();
    clock = steppedClock(stack.programs, stack.dir);
    proxy = await startCaProxy(stack, clock.now);
    proxy.spoil({ kind: ['order', 'finalize'], spoil });
    const config = `${nginxConfig(through(proxy, stack), [domain])}schedule: "* * * * * *"\n`;
    certd = await startCertd(join(stack.dir, 'certd'), config, { env: clock.env });
    await waitUntil('certd has finalized', () => (proxy.count('finalize') > 0 ? true : null));
  });
  afterAll(async () => {
    await certd.stop();
    await proxy.stop();
    await stack.stop();
  });

  const health = () => join(certd.runtimeDir, 'health.sock');
  const status = async () => JSON.parse((await askSocket(health(), '/status')).body).certificates[0];
  const looks = async (count: number) => {
    await waitForLooks(health(), count);
    return proxy.count();
  };

  test('is left alone for as long as the CA asks, and is no failure', async () => {
    const before = await looks(2);
    expect(await looks(3)).toBe(before);
    expect(await status()).toMatchObject({ renewal: { failures: 0, last_error: null } });
    expect(existsSync(join(certd.stateDir, 'issuer/work', domain, 'order.json'))).toBe(true);
  });

  test('is left alone after a kill, too', async () => {
    const before = proxy.count();
    await certd.process.stop('SIGKILL');
    certd = await startAgain(certd, { env: clock.env });
    expect(await looks(3)).toBe(before);
  });

  test('is looked at once when the time has come, and waits again', async () => {
    const before = proxy.count('order');
    clock.step(5.1 * minutes);
    await waitUntil('certd has looked at it', () => (proxy.count('order') > before ? true : null));
    await looks(3);
    expect(proxy.count('order')).toBe(before + 1);
  });

  test('is fetched when the CA has done its work: one order, finalized once', async () => {
    proxy.spoil();
    clock.step(10.3 * minutes);
    await waitUntil('it is deployed', async () =>
      (await status()).generation.deployed === null ? null : true,
    );
    expect(proxy.count('newOrder')).toBe(1);
    expect(proxy.count('finalize')).toBe(1);
  });
});
