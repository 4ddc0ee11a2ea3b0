import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openServiceManager } from '../../src/commands/open-service-manager.ts';
import { openLog } from '../../src/log.ts';
import { startNotifyReceiver } from '../support/notify-receiver.ts';
import { ownDir } from '../support/state-dir.ts';
import { waitUntil } from '../support/wait-until.ts';

function logRoom() {
  const lines: { code: string; reason: string; msg: string }[] = [];
  const log = openLog({ level: 'warn', style: 'json', write: line => void lines.push(JSON.parse(line)) });
  return { lines, log };
}

it('tells the one who listens, and keeps his watchdog', async () => {
  const { lines, log } = logRoom();
  const address = join(ownDir(), 'notify');
  const { messages } = await startNotifyReceiver(address);
  const manager = await openServiceManager({ address, watchdogMs: 5000 }, log);
  manager.tell('READY=1');
  await waitUntil('it came', () => (messages.length === 1 ? true : null));
  expect(manager.watchdogMs).toBe(5000);
  expect(lines).toEqual([]);
});

it('without an address tells nobody, who does not watch either', async () => {
  const { lines, log } = logRoom();
  const manager = await openServiceManager({ address: null, watchdogMs: 5000 }, log);
  manager.tell('READY=1');
  expect(manager.watchdogMs).toBeNull();
  expect(lines).toEqual([]);
});

it('a bad address is one warning, and certd runs on', async () => {
  const { lines, log } = logRoom();
  const manager = await openServiceManager({ address: 'nonsense', watchdogMs: 5000 }, log);
  manager.tell('READY=1');
  expect(lines).toMatchObject([
    {
      code: 'notify-failed',
      reason: 'NOTIFY_SOCKET is no address of a socket: "nonsense"',
      msg: 'service manager not told',
    },
  ]);
});

it('of failures in a row the first is a warning, and after a success the next one', async () => {
  const { lines, log } = logRoom();
  const address = join(ownDir(), 'notify');
  const manager = await openServiceManager({ address, watchdogMs: null }, log);
  manager.tell('READY=1');
  manager.tell('WATCHDOG=1');
  expect(lines.map(({ code, reason }) => [code, reason])).toEqual([
    ['notify-failed', `sendto to ${address} failed with ENOENT`],
  ]);
  const { messages, close } = await startNotifyReceiver(address);
  manager.tell('WATCHDOG=1');
  await waitUntil('it came', () => (messages.length === 1 ? true : null));
  await close();
  manager.tell('WATCHDOG=1');
  expect(lines.map(({ reason }) => reason)).toEqual([
    `sendto to ${address} failed with ENOENT`,
    `sendto to ${address} failed with ECONNREFUSED`,
  ]);
});
