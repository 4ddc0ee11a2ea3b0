import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { heldPorts } from '../../src/host/held-ports.ts';

const zeros = '00000000:00000000 00:00000000 00000000';
const row = (local: string, inode: number) =>
  `   0: ${local} 00000000:0000 0A ${zeros} 0 0 ${inode} 1 0 100 0 0 10 0\n`;
const everywhere6 = '00000000000000000000000000000000';

/** A directory like /proc, with an nginx of two processes and a systemd. */
async function makeProc(tables: Readonly<Record<string, string>>): Promise<string> {
  const proc = await mkdtemp(join(tmpdir(), 'certd-proc-'));
  onTestFinished(() => rm(proc, { recursive: true }));
  await mkdir(join(proc, 'net'));
  for (const [name, text] of Object.entries(tables))
    await writeFile(join(proc, 'net', name), `head\n${text}`);
  const nginx = { comm: 'nginx\n', cmdline: 'nginx: master\0', cgroup: '0::/system.slice/nginx.service\n' };
  await addProcess(
    proc,
    1,
    { comm: 'systemd\n', cmdline: '/sbin/init\0', cgroup: '0::/init.scope\n' },
    [700],
  );
  await addProcess(proc, 812, nginx, [500, 600]);
  await addProcess(
    proc,
    90,
    { ...nginx, cgroup: '1:name=systemd:/system.slice/nginx.service\n0::/\n' },
    [500],
  );
  await addProcess(proc, 55, { comm: 'odd\n', cmdline: 'odd\0--x\0', cgroup: '0::/user.slice\n' }, [501]);
  return proc;
}

async function addProcess(
  proc: string,
  pid: number,
  files: Readonly<Record<string, string>>,
  inodes: readonly number[],
): Promise<void> {
  const directory = join(proc, String(pid));
  await mkdir(join(directory, 'fd'), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  for (const inode of inodes) await symlink(`socket:[${inode}]`, join(directory, 'fd', String(inode)));
}

it('every socket on the ports is known with its processes, the oldest first, and their units', async () => {
  const tcp = row('00000000:0050', 500) + row('0100007F:1F90', 501) + row('00000000:01BB', 700);
  const proc = await makeProc({ tcp, tcp6: row(`${everywhere6}:0050`, 600) });
  const nginx = { program: 'nginx', unit: 'nginx.service', argv: ['nginx: master'] };
  expect(await heldPorts(new Set([80, 443]), proc)).toEqual([
    {
      address: '0.0.0.0',
      port: 80,
      holders: [
        { ...nginx, pid: 90 },
        { ...nginx, pid: 812 },
      ],
    },
    {
      address: '0.0.0.0',
      port: 443,
      holders: [{ program: 'systemd', pid: 1, unit: 'init.scope', argv: ['/sbin/init'] }],
    },
    { address: '::', port: 80, holders: [{ ...nginx, pid: 812 }] },
  ]);
  expect(await heldPorts(new Set([8080]), proc)).toEqual([
    {
      address: '127.0.0.1',
      port: 8080,
      holders: [{ program: 'odd', pid: 55, unit: null, argv: ['odd', '--x'] }],
    },
  ]);
});

it('a program is named by its file where that may be seen, also one that was replaced', async () => {
  const proc = await makeProc({ tcp: row('00000000:0050', 501) });
  await symlink('/usr/sbin/haproxy (deleted)', join(proc, '55', 'exe'));
  expect(await heldPorts(new Set([80]), proc)).toMatchObject([{ holders: [{ program: 'haproxy' }] }]);
});

it('a socket of nobody who may be seen has no holders, and what cannot be read at all is null', async () => {
  const proc = await makeProc({ tcp: row('00000000:0050', 999) });
  expect(await heldPorts(new Set([80]), proc)).toEqual([{ address: '0.0.0.0', port: 80, holders: [] }]);
  expect(await heldPorts(new Set([443]), proc)).toEqual([]);
  expect(await heldPorts(new Set([80]), '/nowhere')).toBeNull();
});

it('this process is found by what the kernel says', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await heldPorts(new Set([port]))).toMatchObject([
    {
      address: '127.0.0.1',
      port,
      holders: expect.arrayContaining([expect.objectContaining({ pid: process.pid })]),
    },
  ]);
});
