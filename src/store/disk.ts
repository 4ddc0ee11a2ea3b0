import { constants, promises as fs } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Disk } from '../core/ports.ts';

const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const appendFile = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;

/** The legal mutations of docs/state.md section 3 on the real file system. Nothing else in certd writes. */
export const realDisk: Disk = {
  makeDir,
  writeNew,
  append,
  rename: (from, to) => fs.rename(from, to),
  symlink: (target, path) => fs.symlink(target, path),
  unlink: path => fs.unlink(path),
  removeDir: path => fs.rmdir(path),
  syncDir,
};

const openDirectory = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

async function makeDir(path: string, mode: number): Promise<void> {
  await fs.mkdir(path, { mode });
  // By descriptor and without following links: whoever owns the parent could put something else there.
  const directory = await fs.open(path, openDirectory);
  await closing(directory, path, async () => {
    // mkdir obeys the umask, which can only take bits away: widening afterwards opens no gap.
    if (((await directory.stat()).mode & 0o777) !== mode) await directory.chmod(mode);
  });
}

async function writeNew(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const file = await fs.open(path, newFile, mode);
  await closing(file, path, async () => {
    if (((await file.stat()).mode & 0o777) !== mode) await file.chmod(mode);
    await file.writeFile(bytes);
    await file.sync();
  });
}

async function append(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const file = await fs.open(path, appendFile, mode);
  await closing(file, path, () => file.appendFile(bytes));
}

async function syncDir(path: string): Promise<void> {
  const directory = await fs.open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  await closing(directory, path, () => directory.sync());
}

/** What an open file throws names no path, and a person must be told which file it was. */
async function closing(file: FileHandle, path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    throw thrown instanceof Error ? Object.assign(thrown, { path }) : thrown;
  } finally {
    await file.close();
  }
}
