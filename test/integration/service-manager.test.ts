import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openNotify } from '../../src/host/notify.ts';
import { type CertdProcess, startCertd } from '../support/certd-process.ts';
import type { FakeCa } from '../support/fake-ca.ts';
import { type FakeCaRoom, openFakeCaRoom } from '../support/fake-ca-room.ts';
import { startNotifyReceiver } from '../support/notify-receiver.ts';
import { waitUntil } from '../support/wait-until.ts';

const blocker = join(import.meta.dirname, '../support/block-at-signal.mjs');

describe('certd as a service manager sees it', () => {
  let room: FakeCaRoom;
  let dir: string;
  let ca: FakeCa;
  let certd: CertdProcess;
  beforeEach(async () => {
    room = await openFakeCaRoom('manager');
    ({ dir, ca } = room);
  });
  afterEach(async () => {
    await certd.process.stop('SIGKILL');
    await room.close();
  });

  const start = async (env: Readonly<Record<string, string>>) => {
    certd = await startCertd(join(dir, 'certd'), configuration(dir, ca), { env });
  };
  const usesLibc = () => readFileSync(`/proc/${certd.process.pid}/maps`, 'utf8').includes('koffi');
  const watchdog = { WATCHDOG_USEC: '400000' };

  test('is ready while the CA says nothing at all, tells what it does, reloads, and stops', async () => {
    const address = join(dir, 'notify');
    const { messages } = await startNotifyReceiver(address);
    ca.behaviour.intercept = resource => (resource === 'dir' ? 'silence' : null);
    await start({ NOTIFY_SOCKET: address });
    await waitUntil('certd is ready', () => (messages.length > 0 ? true : null));
    expect(messages).toEqual([
      'READY=1\nSTATUS=CRITICAL: 1 of 1 certificate critical: a.example (not-issued)',
    ]);
    ca.behaviour.intercept = () => null;
    process.kill(certd.process.pid, 'SIGHUP');
    await waitUntil('it has reloaded', () =>
      messages.filter(message => message.startsWith('READY=1')).length === 2 ? true : null,
    );
    const before = BigInt(process.hrtime.bigint() / 1000n);
    const reloading = messages.find(message => message.startsWith('RELOADING=1')) ?? '';
    const moment = BigInt(/^RELOADING=1\nMONOTONIC_USEC=(\d+)$/.exec(reloading)?.[1] ?? '0');
    // Both are of the clock that the whole machine shares.
    expect(before - moment).toBeGreaterThan(0n);
    expect(before - moment).toBeLessThan(30_000_000n);
    await certd.stop();
    await waitUntil('it has said that it stops', () => (messages.at(-1)?.includes('STOPPING') ? true : null));
    expect(messages.at(-1)).toBe('STOPPING=1\nSTATUS=stopping');
    expect(messages.some(message => message.includes('WATCHDOG'))).toBe(false);
  });

  test('keeps its status up to date', async () => {
    const address = `@certd-test-${process.pid}/status`;
    const { messages } = await startNotifyReceiver(address);
    await start({ NOTIFY_SOCKET: address });
    await waitUntil('the certificate is there', () =>
      messages.some(message => message.startsWith('STATUS=OK: 1 certificate')) ? true : null,
    );
    // It is said within five seconds: the window of the certificate is known only after the deploy.
    await waitUntil('it says what status does', async () => {
      const { stdout } = await certd.command('status', '--short');
      return messages.at(-1) === `STATUS=${stdout.trimEnd()}` ? true : null;
    });
    await certd.stop();
  });

  test('feeds the watchdog, and a blocked event loop feeds it no more', async () => {
    const address = join(dir, 'notify');
    const { messages } = await startNotifyReceiver(address);
    await start({ NOTIFY_SOCKET: address, ...watchdog, NODE_OPTIONS: `--import=${blocker}` });
    const fed = () => messages.filter(message => message === 'WATCHDOG=1').length;
    await waitUntil('the watchdog is fed', () => (fed() >= 3 ? true : null));
    process.kill(certd.process.pid, 'SIGUSR2');
    await waitUntil('it is blocked', () => (certd.process.log().includes('"blocked"') ? true : null));
    // Datagrams keep their order: behind this one there is none that certd sent before.
    openNotify(address)('X_TEST=blocked');
    await waitUntil('all from before has come', () => (messages.includes('X_TEST=blocked') ? true : null));
    const count = fed();
    // Nothing shows that something does not come but time: five times what it takes while the loop turns.
    await waitUntil('two seconds are over', late(2000));
    expect(fed()).toBe(count);
  });

  test('without NOTIFY_SOCKET loads nothing that calls libc, and no hook sees the variables', async () => {
    await start(watchdog);
    expect(usesLibc()).toBe(false);
    await waitUntil('the hook has run', () => (existsSync(join(dir, 'environment')) ? true : null));
    await certd.stop();
    await start({ NOTIFY_SOCKET: join(dir, 'nobody') });
    expect(usesLibc()).toBe(true);
    await waitUntil('it has warned', () => (certd.process.log().includes('notify-failed') ? true : null));
    await certd.stop();
    expect(readFileSync(join(dir, 'environment'), 'utf8')).not.toMatch(/NOTIFY|WATCHDOG/);
  });
});

function late(ms: number): () => true | null {
  const end = performance.now() + ms;
  return () => (performance.now() >= end ? true : null);
}

function configuration(dir: string, ca: FakeCa): string {
  return `account: { email: ops@certd.test, agree_tos: true }
ca: fake
cas:
  fake: { directory: ${ca.directoryUrl}, trust: ${join(dir, 'ca.pem')}, roots: ${join(dir, 'roots.pem')} }
certificates:
  - domains: [a.example]
    challenge: { webroot: ${join(dir, 'webroot')} }
    deploy: { hooks: [{ shell: "env > ${join(dir, 'environment')}" }] }
`;
}
