import { expect, it } from 'vitest';
import { CertdError } from '../../src/core/errors.ts';
import { realDisk } from '../../src/store/disk.ts';
import type { CrashHost } from '../support/crash-host.ts';
import { passHost } from './pass-host.ts';

const minute = 60_000;

/** Orders and deploys that were counted, as "result count". */
function counted(host: CrashHost) {
  const { renewals, deploys } = host.counted();
  const short = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([labels, count]) => `${/result="(\w+)"/.exec(labels)?.[1]} ${count}`);
  return { orders: short(renewals), deploys: short(deploys) };
}

/** How long the orders took that were counted, by result. */
const lengths = (host: CrashHost) =>
  [...host.counted().durations].map(([labels, { count, sum }]) => `${labels} ${count} ${sum}`);

const hooksEnd = (outcome: 'hook-failed' | 'stopped') => ({
  parts: { runHook: async () => ({ outcome, detail: 'exit 1', output: '' }) },
});

it('counts an order and a deploy, each by certificate', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  const { renewals, deploys } = host.counted();
  expect([...renewals]).toEqual([['name="crash.test",ca="test",result="success"', 1]]);
  expect([...deploys]).toEqual([['name="crash.test",result="success"', 1]]);
});

it('counts a failed order, and none while it is held back', async () => {
  const host = await passHost();
  host.issuer.failNext('order', new CertdError('ca-refused', 'no'));
  await host.start(realDisk, 'nothing');
  await host.start(realDisk, 'nothing');
  expect(counted(host)).toEqual({ orders: ['failure 1'], deploys: [] });
  await host.start(realDisk, 'pass');
  expect(counted(host)).toEqual({ orders: ['failure 1', 'success 1'], deploys: ['success 1'] });
});

it('counts how long orders took, by their result', async () => {
  const host = await passHost();
  const failing = {
    ...host.issuer,
    order: async () => {
      host.advance(7000);
      throw new CertdError('ca-timeout', 'nothing came');
    },
  };
  await host.start(realDisk, 'nothing', { parts: { issuerFor: () => failing } });
  const slow = {
    ...host.issuer,
    complete: async (...words: Parameters<typeof host.issuer.complete>) => {
      host.advance(2500);
      return host.issuer.complete(...words);
    },
  };
  await host.start(realDisk, 'pass', { parts: { issuerFor: () => slow } });
  expect(lengths(host)).toEqual(['ca="test",result="failure" 1 7', 'ca="test",result="success" 1 2.5']);
});

it('counts no order that certd’s end cut short, and the rest of it as one', async () => {
  const host = await passHost();
  host.issuer.failNext('complete', new CertdError('stopped', 'SIGTERM'));
  await host.start(realDisk, 'nothing');
  expect(counted(host)).toEqual({ orders: [], deploys: [] });
  await host.start(realDisk, 'nothing');
  expect(counted(host)).toEqual({ orders: ['success 1'], deploys: ['success 1'] });
});

it('counts an order that the CA lost, and the one placed at once for it, as one', async () => {
  const host = await passHost();
  host.issuer.failNext('complete', new CertdError('order-gone', 'expired'));
  await host.start(realDisk, 'nothing');
  expect(counted(host)).toEqual({ orders: ['success 1'], deploys: ['success 1'] });
});

it('counts a second loss as one failure', async () => {
  const host = await passHost();
  host.issuer.failNext('complete', new CertdError('order-gone', 'expired'));
  host.issuer.failNext('complete', new CertdError('order-gone', 'expired'));
  await host.start(realDisk, 'nothing');
  expect(counted(host)).toEqual({ orders: ['failure 1'], deploys: [] });
});

it('counts each failed deploy, none that is held back, and none that was cut short', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing', hooksEnd('hook-failed'));
  expect(counted(host).deploys).toEqual(['failure 1']);
  await host.start(realDisk, 'nothing');
  expect(counted(host).deploys).toEqual(['failure 1']);
  host.advance(2 * minute);
  await host.start(realDisk, 'nothing', hooksEnd('stopped'));
  expect(counted(host).deploys).toEqual(['failure 1']);
  await host.start(realDisk, 'nothing');
  expect(counted(host)).toEqual({ orders: ['success 1'], deploys: ['failure 1', 'success 1'] });
});
