import { expect, it } from 'vitest';
import { CertdError } from '../../src/core/errors.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readIssuerState } from '../../src/store/issuer-state.ts';
import { readWork } from '../../src/store/work.ts';
import type { CrashHost } from '../support/crash-host.ts';
import { passHost } from './pass-host.ts';

const minute = 60_000;

const stateOf = (host: CrashHost) => readIssuerState(host.layout(), 'crash.test');

function waitNext(host: CrashHost, ms: number): void {
  const notBefore = host.now() + ms;
  host.issuer.failNext('complete', new CertdError('order-waits', 'at work', { notBefore }));
}

it('an order that the CA is at work on is no failure, and is taken up at the moment that the CA names', async () => {
  const host = await passHost();
  const begun = host.now();
  waitNext(host, 2 * minute);
  expect(await host.start(realDisk, 'nothing')).toMatchObject([
    { issued: null, error: { code: 'order-waits' } },
  ]);
  expect(readWork(host.layout(), 'crash.test')?.order).toMatchObject({
    placedAt: begun,
    notBefore: begun + 2 * minute,
  });
  expect(stateOf(host)).toMatchObject({ failures: 0, nextAttemptAt: null, lastError: null, troubles: [] });
  host.advance(2 * minute - 1);
  for (const asked of ['nothing', 'pass', 'forced'] as const) await host.start(realDisk, asked);
  expect(host.issuer.taken).toHaveLength(1);
  host.advance(1);
  expect(await host.start(realDisk, 'nothing')).toMatchObject([
    { issued: `0001-${host.live()}`, error: null },
  ]);
  expect(host.issuer.orders).toHaveLength(1);
});

it('ten minutes of it cost one order, and neither an error nor a count of attempts', async () => {
  const host = await passHost();
  for (let look = 0; look < 5; look += 1) {
    waitNext(host, 2 * minute);
    await host.start(realDisk, 'nothing');
    host.advance(2 * minute);
  }
  await host.start(realDisk, 'nothing');
  expect(host.live()).not.toBeNull();
  expect(host.issuer.orders).toHaveLength(1);
  expect(host.issuer.taken).toHaveLength(6);
  expect(host.logged).toEqual([]);
  expect(stateOf(host).orders).toHaveLength(1);
});
