import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorOf } from '../core/errors.ts';
import { collide, isEveryAddress, isIpv6, type ListenAddress, shortestIpv6 } from '../core/listen-address.ts';

/**
 * Who listens where certd wants to: `nginx, pid 812`, of several processes with one socket the oldest. Null
 * where it cannot be known: without root only the descriptors of one's own processes may be read. `proc`:
 * a directory like `/proc` (proc_pid_net(5), proc_pid_fd(5)).
 */
export async function portHolder(wanted: ListenAddress, proc = '/proc'): Promise<string | null> {
  const sockets = new Set((await listeners(wanted, proc)).map(({ inode }) => `socket:[${inode}]`));
  if (sockets.size === 0) return null;
  const pids = (await readable(() => readdir(proc), [])).filter(name => /^\d+$/.test(name)).map(Number);
  for (const pid of pids.sort((a, b) => a - b)) {
    if (!(await hasOneOf(sockets, join(proc, String(pid), 'fd')))) continue;
    const program = (await readable(() => readFile(join(proc, String(pid), 'comm'), 'utf8'), '')).trim();
    return `${program === '' ? 'a program without a name' : program}, pid ${pid}`;
  }
  return null;
}

type Listener = ListenAddress & { readonly inode: string };

/** The sockets that are in the way. An IPv6 socket on every address may serve IPv4 too; the table does not say. */
async function listeners(wanted: ListenAddress, proc: string): Promise<Listener[]> {
  const ipv6 = await table(join(proc, 'net', 'tcp6'));
  if (isIpv6(wanted.address)) return ipv6.filter(listener => collide(listener, wanted));
  const ipv4 = (await table(join(proc, 'net', 'tcp'))).filter(listener => collide(listener, wanted));
  if (ipv4.length > 0) return ipv4;
  return ipv6.filter(({ address, port }) => port === wanted.port && isEveryAddress(address));
}

async function table(file: string): Promise<Listener[]> {
  const lines = (await readable(() => readFile(file, 'utf8'), '')).split('\n').slice(1);
  return lines.flatMap(line => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    const [hex = '', port = ''] = local.split(':');
    // 0A is TCP_LISTEN.
    if (state !== '0A' || inode === undefined) return [];
    return [{ address: addressText(hex), port: Number.parseInt(port, 16), inode }];
  });
}

/** The table has 32-bit words as they lie in memory, so with their bytes reversed on x64 and arm64. */
function addressText(hex: string): string {
  const bytes = Buffer.from(hex, 'hex').swap32();
  if (bytes.length === 4) return bytes.join('.');
  return shortestIpv6(bytes.toString('hex').replace(/(.{4})(?=.)/g, '$1:'));
}

async function hasOneOf(sockets: ReadonlySet<string>, directory: string): Promise<boolean> {
  for (const name of await readable(() => readdir(directory), [])) {
    if (sockets.has(await readable(() => readlink(join(directory, name)), ''))) return true;
  }
  return false;
}

/** Processes end while they are looked at, and those of others may not be. */
async function readable<Value>(read: () => Promise<Value>, otherwise: Value): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (systemErrorOf(error) === null) throw error;
    return otherwise;
  }
}
