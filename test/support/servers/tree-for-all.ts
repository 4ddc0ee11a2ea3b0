import { execFile } from 'node:child_process';
import { mkdir, rmdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inOwnNetwork } from '../ports.ts';
import type { Programs } from '../programs.ts';

const run = promisify(execFile);

/**
 * Shows the tree of servers where every user can enter it: it lies in a home directory, which others may not. In the
 * mount namespace of scripts/in-netns only; read-only, so that nobody removes it through here.
 */
export async function showTree({ servers }: Programs, place: string): Promise<void> {
  if (!inOwnNetwork) throw new Error('this needs a mount namespace: run it through scripts/in-netns');
  await mkdir(place, { mode: 0o755 });
  await run('mount', ['--bind', '-o', 'ro', servers, place]);
}

export async function hideTree(place: string): Promise<void> {
  // The last process out of it may not be gone yet.
  await run('umount', ['--lazy', place]);
  await rmdir(place);
}
