import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorOf } from '../core/errors.ts';
import type { ListenAddress } from '../core/text/listen-address.ts';
import { listeningSockets, processIds, programName, socketsOf } from './listening-sockets.ts';

/** A process that has a listening socket open. */
export type PortHolder = {
  readonly program: string;
  readonly pid: number;
  /** The unit of systemd that it runs in; null where it is in none, or that cannot be seen. */
  readonly unit: string | null;
  readonly argv: readonly string[];
};

/** `holders`: the oldest process first; none where they may not be looked at. */
export type HeldPort = ListenAddress & { readonly holders: readonly PortHolder[] };

/**
 * Every socket that listens on one of these TCP ports, in the order of the kernel's table, IPv4 first. Null where the
 * table cannot be read. `proc`: a directory like `/proc`.
 */
export async function heldPorts(
  ports: ReadonlySet<number>,
  proc = '/proc',
): Promise<readonly HeldPort[] | null> {
  const ipv4 = await listeningSockets('tcp', proc);
  if (ipv4 === null) return null;
  // A kernel without IPv6 has no table of it.
  const all = [...ipv4, ...((await listeningSockets('tcp6', proc)) ?? [])];
  const sockets = all.filter(({ port }) => ports.has(port));
  const holders = new Map<string, PortHolder[]>(sockets.map(({ inode }) => [inode, []]));
  for (const pid of sockets.length === 0 ? [] : await processIds(proc)) {
    const own = new Set((await socketsOf(pid, proc)).filter(inode => holders.has(inode)));
    if (own.size === 0) continue;
    const holder = await holderAt(pid, proc);
    for (const inode of own) if (holder !== null) holders.get(inode)?.push(holder);
  }
  return sockets.map(({ address, port, inode }) => ({ address, port, holders: holders.get(inode) ?? [] }));
}

async function holderAt(pid: number, proc: string): Promise<PortHolder | null> {
  const program = await programName(pid, proc);
  if (program === null) return null;
  const text = (name: string) => textOf(join(proc, String(pid), name));
  const argv = (await text('cmdline')).split('\0').filter(word => word !== '');
  return { program, pid, unit: unitIn(await text('cgroup')), argv };
}

/** `0::/system.slice/nginx.service`, also of the systems that have version 1 of cgroups beside it (cgroups(7)). */
function unitIn(cgroups: string): string | null {
  const paths = cgroups.split('\n').map(line => line.split(':').slice(2).join(':').split('/'));
  const units = paths.flatMap(path => path.filter(part => /\.(?:service|scope)$/.test(part)).slice(-1));
  return units[0] ?? null;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (systemErrorOf(thrown) !== null) return '';
    throw thrown;
  }
}
