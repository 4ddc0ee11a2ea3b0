import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type ListenAddress, shortestIpv6 } from '../core/text/listen-address.ts';
import { orNull } from './or-null.ts';

/** A TCP socket that listens; `inode` as in `/proc/PID/fd`. */
export type ListeningSocket = ListenAddress & { readonly inode: string };

/** The kernel's table of one family, `tcp` or `tcp6`, without what does not listen; null where it cannot be read (proc_pid_net(5)). */
export async function listeningSockets(
  family: 'tcp' | 'tcp6',
  proc: string,
): Promise<readonly ListeningSocket[] | null> {
  const text = await orNull(() => readFile(join(proc, 'net', family), 'utf8'));
  if (text === null) return null;
  return text
    .split('\n')
    .slice(1)
    .flatMap(line => {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
      const [hex = '', port = ''] = local.split(':');
      // 0A is TCP_LISTEN.
      if (state !== '0A' || inode === undefined) return [];
      return [{ address: addressText(hex), port: Number.parseInt(port, 16), inode }];
    });
}

/** The process ids in a directory like `/proc`, the oldest first as far as they have not begun anew. */
export async function processIds(proc: string): Promise<readonly number[]> {
  const names = (await orNull(() => readdir(proc))) ?? [];
  return names
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** The sockets that a process has open, by inode; none where it may not be looked at (proc_pid_fd(5)). */
export async function socketsOf(pid: number, proc: string): Promise<readonly string[]> {
  const directory = join(proc, String(pid), 'fd');
  const links = ((await orNull(() => readdir(directory))) ?? []).map(name =>
    orNull(() => readlink(join(directory, name))),
  );
  return (await Promise.all(links)).flatMap(link => /^socket:\[(\d+)\]$/.exec(link ?? '')?.[1] ?? []);
}

/** The name of a process’s program, or where that may not be seen what it calls itself; null where it has ended. */
export async function programName(pid: number, proc: string): Promise<string | null> {
  const program = await orNull(() => readlink(join(proc, String(pid), 'exe')));
  if (program !== null) return basename(program.replace(/ \(deleted\)$/, ''));
  const name = (await orNull(() => readFile(join(proc, String(pid), 'comm'), 'utf8')))?.trim();
  return name === '' ? 'a program without a name' : (name ?? null);
}

/** The table has 32-bit words as they lie in memory, so with their bytes reversed on x64 and arm64. */
function addressText(hex: string): string {
  const bytes = Buffer.from(hex, 'hex').swap32();
  if (bytes.length === 4) return bytes.join('.');
  return shortestIpv6(bytes.toString('hex').replace(/(.{4})(?=.)/g, '$1:'));
}
