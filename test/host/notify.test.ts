import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openNotify } from '../../src/host/notify.ts';
import { startNotifyReceiver } from '../support/notify-receiver.ts';
import { ownDir } from '../support/state-dir.ts';
import { waitUntil } from '../support/wait-until.ts';

it.each([
  ['a file', () => join(ownDir(), 'notify')],
  ['no file, but an abstract address', () => `@certd-test-${process.pid}/notify`],
  ['the longest path that there can be', () => join(ownDir(), 'n').padEnd(107, 'n')],
])('sends whole datagrams to a socket that is %s', async (_sentence, addressOf) => {
  const address = addressOf();
  const { messages } = await startNotifyReceiver(address);
  const tell = openNotify(address);
  tell('READY=1\nSTATUS=OK: 3 certificates, naïve');
  tell('WATCHDOG=1');
  await waitUntil('both came', () => (messages.length === 2 ? true : null));
  expect(messages).toEqual(['READY=1\nSTATUS=OK: 3 certificates, naïve', 'WATCHDOG=1']);
});

it('says with which errno it failed where nobody listens', () => {
  const address = join(ownDir(), 'nobody');
  expect(() => openNotify(address)('READY=1')).toThrow(
    expect.objectContaining({
      code: 'notify-failed',
      message: `sendto to ${address} failed with ENOENT`,
      facts: { errno: 'ENOENT' },
    }),
  );
});

it('says so where the one who listened has gone, and goes on once he is back', async () => {
  const address = `@certd-test-${process.pid}/again`;
  const first = await startNotifyReceiver(address);
  const tell = openNotify(address);
  await first.close();
  expect(() => tell('READY=1')).toThrow(expect.objectContaining({ facts: { errno: 'ECONNREFUSED' } }));
  const second = await startNotifyReceiver(address);
  tell('READY=1');
  await waitUntil('it came', () => (second.messages.length === 1 ? true : null));
});

it.each([
  ['relative', 'run/notify'],
  ['of another kind', 'vsock:2:1234'],
  ['abstract without a name', '@'],
  ['one byte too long', '/'.padEnd(108, 'n')],
  ['cut by a zero', '/run/\0/notify'],
])('refuses an address that is %s', (_sentence, address) => {
  expect(() => openNotify(address)).toThrow(
    expect.objectContaining({
      code: 'notify-failed',
      message: `NOTIFY_SOCKET is no address of a socket: ${JSON.stringify(address)}`,
    }),
  );
});

it('does not wait for one who does not read, and says so', async () => {
  const address = join(ownDir(), 'notify');
  const { messages, pid } = await startNotifyReceiver(address);
  process.kill(pid, 'SIGSTOP');
  const tell = openNotify(address);
  const fill = () => {
    // The queue of a socket has room for `net.unix.max_dgram_qlen`.
    for (let sent = 0; sent < 10_000; sent++) tell('WATCHDOG=1');
  };
  expect(fill).toThrow(expect.objectContaining({ facts: { errno: 'EAGAIN' } }));
  process.kill(pid, 'SIGCONT');
  await waitUntil('it reads again', () => (messages.length > 0 ? true : null));
});

it('keeps no descriptor, whether it was heard or not', async () => {
  const address = join(ownDir(), 'notify');
  const { messages, close } = await startNotifyReceiver(address);
  const tell = openNotify(address);
  const open = () => readdirSync('/proc/self/fd').length;
  const before = open();
  for (let round = 1; round <= 20; round++) {
    tell('WATCHDOG=1');
    await waitUntil('it came', () => (messages.length === round ? true : null));
  }
  expect(open()).toBe(before);
  await close();
  const closed = open();
  for (let round = 0; round < 20; round++) expect(() => tell('WATCHDOG=1')).toThrow();
  expect(open()).toBe(closed);
});
