import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { lookAtPorts, socketUnitsIn } from '../../../src/doctor/ports/look-at-ports.ts';
import { makeTools } from '../../support/make-tools.ts';

const shown = `Id=certd-http.socket
Triggers=certd.service
Listen=0.0.0.0:80 (Stream)
Listen=[::]:80 (Stream)

Listen=/run/dbus/system_bus_socket (Stream)
Id=dbus.socket
Triggers=dbus.service

Id=odd.socket
Triggers=
Listen=0.0.0.0:514 (Datagram)
`;

it('the socket units are read as systemctl shows them', () => {
  expect(socketUnitsIn(shown)).toEqual([
    { unit: 'certd-http.socket', service: 'certd.service', ports: [80, 80] },
    { unit: 'dbus.socket', service: 'dbus.service', ports: [] },
    { unit: 'odd.socket', service: '', ports: [] },
  ]);
  expect(socketUnitsIn('')).toEqual([]);
});

it('systemd is not asked where it holds nothing', async () => {
  const tools = makeTools({ installed: ['systemctl'] });
  expect(await lookAtPorts(new Set([1]), true, tools)).toEqual({ held: [], sockets: null, isRoot: true });
});

/** A directory like /proc in which process 1 holds port 80. */
async function procOfSystemd(): Promise<string> {
  const proc = await mkdtemp(join(tmpdir(), 'certd-proc-'));
  onTestFinished(() => rm(proc, { recursive: true }));
  for (const directory of ['net', '1/fd']) await mkdir(join(proc, directory), { recursive: true });
  const row = '0: 00000000:0050 00000000:0000 0A 0:0 0:0 0 0 0 500 1 0 100 0 0 10 0';
  await writeFile(join(proc, 'net', 'tcp'), `head\n${row}\n`);
  await writeFile(join(proc, '1', 'comm'), 'systemd\n');
  await symlink('socket:[500]', join(proc, '1', 'fd', '30'));
  return proc;
}

it('systemd is asked for whom it holds a port', async () => {
  const proc = await procOfSystemd();
  const asked: (readonly string[])[] = [];
  const answer = { failed: null, stdout: shown, stderr: '' };
  const tools = makeTools({
    installed: ['systemctl'],
    run: async argv => {
      asked.push(argv);
      return answer;
    },
  });
  const { sockets } = await lookAtPorts(new Set([80]), true, tools, proc);
  expect(sockets?.map(({ unit }) => unit)).toEqual(['certd-http.socket', 'dbus.socket', 'odd.socket']);
  expect(asked).toEqual([['/usr/sbin/systemctl', 'show', '--property=Id,Listen,Triggers', '*.socket']]);
});

it('a systemd that cannot be asked says nothing', async () => {
  const proc = await procOfSystemd();
  const failing = makeTools({
    installed: ['systemctl'],
    run: async () => ({ failed: 'exit 1', stdout: shown, stderr: 'no bus' }),
  });
  expect(await lookAtPorts(new Set([80]), true, failing, proc)).toMatchObject({ sockets: null });
  expect(await lookAtPorts(new Set([80]), true, makeTools(), proc)).toMatchObject({ sockets: null });
});
