import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import type { Disk } from '../core/ports.ts';

const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const appendFile = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
const directory = constants.O_RDONLY | constants.O_DIRECTORY;

/**
 * The legal mutations of docs/state.md section 3 on the real file system. Nothing else in certd writes. What
 * only touches the page cache is done at once, in microseconds; the way through the thread pool costs a
 * multiple of it. What waits for the device (fsync) never blocks the loop.
 */
export const realDisk: Disk = {
  makeDir,
  writeNew,
  append,
  rename: async (from, to) => renameSync(from, to),
  symlink: async (target, path) => symlinkSync(target, path),
  unlink: async path => unlinkSync(path),
  removeDir: async path => rmdirSync(path),
  syncDir,
};

const sync = promisify(fsync);

async function makeDir(path: string, mode: number): Promise<void> {
  mkdirSync(path, { mode });
  // By descriptor and without following links: whoever owns the parent could put something else there.
  await withFile(openSync(path, directory | constants.O_NOFOLLOW), path, async descriptor =>
    setMode(descriptor, mode),
  );
}

async function writeNew(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  await withFile(openSync(path, newFile, mode), path, async descriptor => {
    setMode(descriptor, mode);
    writeAll(descriptor, bytes);
    await sync(descriptor);
  });
}

async function append(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  await withFile(openSync(path, appendFile, mode), path, async descriptor => writeAll(descriptor, bytes));
}

async function syncDir(path: string): Promise<void> {
  await withFile(openSync(path, directory), path, sync);
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
async function withFile(
  descriptor: number,
  path: string,
  work: (descriptor: number) => Promise<void>,
): Promise<void> {
  try {
    await work(descriptor);
  } catch (thrown) {
    throw thrown instanceof Error ? Object.assign(thrown, { path }) : thrown;
  } finally {
    closeSync(descriptor);
  }
}
