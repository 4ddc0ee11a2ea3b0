import { collide, isEveryAddress, isIpv6, type ListenAddress } from '../core/text/listen-address.ts';
import { listeningSockets, processIds, programName, socketsOf } from './listening-sockets.ts';

/**
 * Who listens where certd wants to: `nginx, pid 812`, of several processes with one socket the oldest. Null
 * where it cannot be known: without root only the descriptors of one's own processes may be read. `proc`:
 * a directory like `/proc`.
 */
export async function portHolder(wanted: ListenAddress, proc = '/proc'): Promise<string | null> {
  const inTheWay = socketsInTheWay(wanted, await everySocket(proc));
  const inodes = new Set(inTheWay.map(({ inode }) => inode));
  if (inodes.size === 0) return null;
  for (const pid of await processIds(proc)) {
    if (!(await socketsOf(pid, proc)).some(inode => inodes.has(inode))) continue;
    return `${(await programName(pid, proc)) ?? 'a program that has ended'}, pid ${pid}`;
  }
  return null;
}

/**
 * Those of `sockets` for which bind(2) may refuse `wanted`. An IPv6 socket on every address may serve IPv4 too; the
 * table does not say.
 */
export function socketsInTheWay<Socket extends ListenAddress>(
  wanted: ListenAddress,
  sockets: readonly Socket[],
): readonly Socket[] {
  const same = sockets.filter(socket => collide(socket, wanted));
  if (same.length > 0 || isIpv6(wanted.address)) return same;
  return sockets.filter(
    ({ address, port }) => port === wanted.port && isIpv6(address) && isEveryAddress(address),
  );
}

/** Whether anybody listens there, whoever it is. */
export async function isTaken(wanted: ListenAddress, proc = '/proc'): Promise<boolean> {
  return socketsInTheWay(wanted, await everySocket(proc)).length > 0;
}

async function everySocket(proc: string) {
  const tables = [await listeningSockets('tcp', proc), await listeningSockets('tcp6', proc)];
  return tables.flatMap(table => table ?? []);
}
