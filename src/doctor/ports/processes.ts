import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { orNull } from '../../host/or-null.ts';

/** A process of this host, as far as it can be believed. */
export type HostProcess = {
  /** Its program, an absolute path; one that was replaced since ends in ` (deleted)`. */
  readonly program: string;
  readonly argv: readonly string[];
};

/**
 * The processes that act as one of `users` alone, in this mount namespace: what others say of themselves is no reason to
 * run anything, and paths mean something else in a container. `proc`: a directory like /proc (proc_pid_status(5),
 * namespaces(7)). Those that may not be looked at are left out.
 */
export async function hostProcesses(
  users: readonly number[],
  proc = '/proc',
): Promise<readonly HostProcess[]> {
  const namespace = await orNull(() => readlink(join(proc, 'self', 'ns', 'mnt')));
  const pids = ((await orNull(() => readdir(proc))) ?? []).filter(name => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(pid => processAt(join(proc, pid), users, namespace)));
  return found.flatMap(each => each ?? []);
}

async function processAt(
  directory: string,
  users: readonly number[],
  namespace: string | null,
): Promise<HostProcess | null> {
  const status = await orNull(() => readFile(join(directory, 'status'), 'utf8'));
  // Real, effective, saved and for files: a setuid program has the arguments of whoever called it.
  const ids = /^Uid:\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)$/m.exec(status ?? '')?.slice(1) ?? [];
  const [first] = ids;
  if (first === undefined || ids.some(id => id !== first) || !users.includes(Number(first))) return null;
  if ((await orNull(() => readlink(join(directory, 'ns', 'mnt')))) !== namespace) return null;
  const program = await orNull(() => readlink(join(directory, 'exe')));
  const words = await orNull(() => readFile(join(directory, 'cmdline'), 'utf8'));
  if (program === null || words === null) return null;
  return { program, argv: words.split('\0').filter(word => word !== '') };
}
