import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isTaken, portHolder } from '../../src/host/port-holder.ts';

const zeros = '00000000:00000000 00:00000000 00000000';
const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const tcp = `${head}
   0: 00000000:0050 00000000:0000 0A ${zeros}     0        0 500 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F90 00000000:0000 0A ${zeros}    33        0 501 1 0000000000000000 100 0 0 10 0
   2: 0100007F:01BB 0100007F:C350 01 ${zeros}     0        0 502 1 0000000000000000 100 0 0 10 0
`;
const tcp6 = `${head}
   0: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A ${zeros}     0        0 600 1 0000000000000000 100 0 0 10 0
   1: B80D0120000000000000000001000000:0050 00000000000000000000000000000000:0000 0A ${zeros}     0        0 601 1 0000000000000000 100 0 0 10 0
`;

type Process = { readonly pid: number; readonly comm: string; readonly fds: readonly string[] };

/** A directory like /proc. */
async function procWith(tables: Readonly<Record<string, string>>, processes: readonly Process[] = []) {
  const proc = await mkdtemp(join(tmpdir(), 'certd-proc-'));
  onTestFinished(() => rm(proc, { recursive: true }));
  await mkdir(join(proc, 'net'));
  await mkdir(join(proc, 'sys'));
  for (const [name, text] of Object.entries(tables)) await writeFile(join(proc, 'net', name), text);
  for (const { pid, comm, fds } of processes) {
    await mkdir(join(proc, String(pid), 'fd'), { recursive: true });
    await writeFile(join(proc, String(pid), 'comm'), `${comm}\n`);
    for (const [fd, target] of fds.entries())
      await symlink(target, join(proc, String(pid), 'fd', String(fd)));
  }
  return proc;
}

const nginx = [
  { pid: 1000, comm: 'nginx', fds: ['/dev/null', 'socket:[500]', 'socket:[600]', 'socket:[601]'] },
  { pid: 812, comm: 'nginx', fds: ['/dev/null', 'pipe:[500]', 'socket:[500]', 'socket:[600]'] },
  { pid: 99, comm: 'sshd', fds: ['socket:[1500]', 'socket:[50]'] },
  { pid: 2000, comm: 'node', fds: ['socket:[501]'] },
];

describe('portHolder', () => {
  it.each([
    ['the address itself', '127.0.0.1', 8080, 'node, pid 2000'],
    ['every address, wanted one of them; the oldest process of several', '127.0.0.1', 80, 'nginx, pid 812'],
    ['one address, wanted every one', '0.0.0.0', 8080, 'node, pid 2000'],
    ['every IPv6 address, wanted IPv4: they may be one socket', '192.0.2.1', 443, 'nginx, pid 812'],
    ['the IPv6 address itself', '2001:db8::1', 80, 'nginx, pid 1000'],
    ['one IPv6 address, wanted every one', '::', 80, 'nginx, pid 1000'],
    ['every IPv6 address, wanted one of them', '::1', 443, 'nginx, pid 812'],
  ])('held is %s', async (_, address, port, holder) => {
    expect(await portHolder({ address, port }, await procWith({ tcp, tcp6 }, nginx))).toBe(holder);
  });

  it.each([
    ['another address of the port', '127.0.0.2', 8080],
    ['another IPv6 address of the port', '2001:db8::2', 80],
    ['a port that nobody listens on, though somebody is connected', '127.0.0.1', 5432],
  ])('not held is %s', async (_, address, port) => {
    expect(await portHolder({ address, port }, await procWith({ tcp, tcp6 }, nginx))).toBeNull();
  });

  it('does not guess where the processes of others may not be looked at', async () => {
    const everything = { address: '0.0.0.0', port: 80 };
    expect(await portHolder(everything, await procWith({ tcp, tcp6 }))).toBeNull();
    expect(await portHolder(everything, await procWith({}))).toBeNull();
    expect(await portHolder(everything, '/nowhere')).toBeNull();
  });

  it('knows this process by what the kernel says', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await portHolder({ address: '0.0.0.0', port })).toMatch(new RegExp(`, pid ${process.pid}$`));
  });
});

it('isTaken: somebody listens there, also where nobody may know who', async () => {
  const proc = await procWith({ tcp, tcp6 });
  const taken = (address: string, port: number) => isTaken({ address, port }, proc);
  expect(await Promise.all([taken('0.0.0.0', 80), taken('::', 80), taken('0.0.0.0', 443)])).toEqual([
    true,
    true,
    true,
  ]);
  expect(await Promise.all([taken('0.0.0.0', 81), taken('192.0.2.1', 8080)])).toEqual([false, false]);
});
