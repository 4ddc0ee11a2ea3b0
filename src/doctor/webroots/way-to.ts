import { lstat, readlink } from 'node:fs/promises';
import { posix } from 'node:path';
import { systemErrorOf } from '../../core/errors.ts';

/** A directory that is gone through, or a symlink that is followed. Its path has no symlink before its last part. */
type Step = { readonly path: string; readonly class: 'dir' | 'lnk_file' };

type Way = {
  /** From the root on. */
  readonly steps: readonly Step[];
  /** The directory that it leads to, which is one of the steps. */
  readonly end: string;
  /** Whether that is the whole path; else the rest of it is not there. */
  readonly isWhole: boolean;
};

/** As many as Linux follows (path_resolution(7)). */
const symlinkLimit = 40;

/**
 * What the kernel goes through on an absolute path, as far as it is there. Null where something on it cannot be seen, or is neither
 * directory nor symlink, and for a relative one.
 */
export async function wayTo(path: string): Promise<Way | null> {
  if (!posix.isAbsolute(path)) return null;
  const steps: Step[] = [{ path: '/', class: 'dir' }];
  let end = '/';
  let ahead = partsOf(path);
  let links = 0;
  for (let part = ahead[0]; part !== undefined; part = ahead[0]) {
    const next = posix.join(end, part);
    const found = await lookAt(next);
    if (found === 'missing') return { steps, end, isWhole: false };
    if (found === 'other') return null;
    steps.push({ path: next, class: found.class });
    if (found.class === 'lnk_file' && ++links > symlinkLimit) return null;
    ahead = [...found.follow, ...ahead.slice(1)];
    if (found.class === 'dir') end = next;
    else if (found.isAbsolute) end = '/';
  }
  return { steps, end, isWhole: true };
}

function partsOf(path: string): readonly string[] {
  return path.split('/').filter(part => part !== '' && part !== '.');
}

async function lookAt(path: string) {
  try {
    const found = await lstat(path);
    if (found.isDirectory()) return { class: 'dir', follow: [] } as const;
    if (!found.isSymbolicLink()) return 'other';
    const target = await readlink(path);
    return { class: 'lnk_file', follow: partsOf(target), isAbsolute: posix.isAbsolute(target) } as const;
  } catch (thrown) {
    const errno = systemErrorOf(thrown)?.code;
    if (errno === undefined) throw thrown;
    return errno === 'ENOENT' ? 'missing' : 'other';
  }
}
