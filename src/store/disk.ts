import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsync,
  mkdir,
  open,
  rename,
  rmdir,
  symlink,
  unlink,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import type { Disk, Owner } from '../core/ports.ts';

const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const appendFile = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
const directory = constants.O_RDONLY | constants.O_DIRECTORY;

const calls = {
  fsync: promisify(fsync),
  mkdir: promisify(mkdir),
  open: promisify(open),
  rename: promisify(rename),
  rmdir: promisify(rmdir),
  symlink: promisify(symlink),
  unlink: promisify(unlink),
};

/**
 * The legal mutations of docs/state.md section 3 on the real file system. Nothing else in certd writes. What
 * waits for the device or the file system's journal goes through the thread pool, so that it never blocks the
 * loop; what only touches memory does not, for that way costs a multiple of it.
 */
export const realDisk: Disk = {
  makeDir,
  writeNew,
  append,
  rename: (from, to) => calls.rename(from, to),
  symlink: (target, path) => calls.symlink(target, path),
  unlink: path => calls.unlink(pathOf(path)),
  removeDir: path => calls.rmdir(pathOf(path)),
  syncDir,
};

function pathOf(path: string | Uint8Array): string | Buffer {
  return typeof path === 'string' ? path : Buffer.from(path);
}

async function makeDir(path: string, mode: number, owner?: Owner): Promise<void> {
  await calls.mkdir(path, { mode });
  // By descriptor and without following links: whoever owns the parent could put something else there.
  const descriptor = await calls.open(path, directory | constants.O_NOFOLLOW);
  await withFile(descriptor, path, async () => {
    if (owner !== undefined) fchownSync(descriptor, owner.uid, owner.gid);
    setMode(descriptor, mode);
  });
}

async function writeNew(path: string, bytes: Uint8Array, mode: number, owner?: Owner): Promise<void> {
  // Nobody may open it before it is its owner's: an open file stays open.
  const descriptor = await calls.open(path, newFile, owner === undefined ? mode : 0);
  await withFile(descriptor, path, async () => {
    if (owner !== undefined) fchownSync(descriptor, owner.uid, owner.gid);
    setMode(descriptor, mode);
    writeAll(descriptor, bytes);
    await calls.fsync(descriptor);
  });
}

async function append(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const descriptor = await calls.open(path, appendFile, mode);
  await withFile(descriptor, path, async () => writeAll(descriptor, bytes));
}

async function syncDir(path: string): Promise<void> {
  const descriptor = await calls.open(path, directory);
  await withFile(descriptor, path, () => calls.fsync(descriptor));
}

/** mkdir and open obey the umask, which can only take bits away: widening afterwards opens no gap. */
function setMode(descriptor: number, mode: number): void {
  if ((fstatSync(descriptor).mode & 0o777) !== mode) fchmodSync(descriptor, mode);
}

/** A disk that becomes full in the middle takes a part, and says so only at the next write. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let from = 0; from < bytes.length; ) from += writeSync(descriptor, bytes, from);
}

/** What an open file throws names no path, and a person must be told which file it was. */
async function withFile(descriptor: number, path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    throw thrown instanceof Error ? Object.assign(thrown, { path }) : thrown;
  } finally {
    closeSync(descriptor);
  }
}
