import { type Dirent, opendirSync } from 'node:fs';

/** O_PATH of open(2), which Node does not name: to look and go on from. No right to read is needed, and nothing happens to a pipe or a device. */
export const pathOnly = 0o10000000;

/** The very directory that is held open, whatever becomes of its path: Node has no openat(2). */
export function heldPath(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}

/** At most so many entries of a directory, in no order, and no more is read. Names as bytes need not be text. */
export function firstEntries(
  path: string,
  most: number,
  names: 'utf8' | 'buffer' = 'utf8',
): readonly Dirent[] {
  const directory = opendirSync(path, { encoding: names as 'utf8' });
  try {
    const entries: Dirent[] = [];
    while (entries.length < most) {
      const entry = directory.readSync();
      if (entry === null) break;
      entries.push(entry);
    }
    return entries;
  } finally {
    directory.closeSync();
  }
}
