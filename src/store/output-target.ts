import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { CertdError, systemErrorOf } from '../core/errors.ts';
import type { Owner } from '../core/ports.ts';
import { isMountPoint } from './mount-point.ts';
import { type HeldDirectory, linkAt, namedFor } from './output-directory.ts';

/** One output file, ready to be written. */
export type Output = {
  readonly path: string;
  readonly directory: HeldDirectory;
  readonly name: string;
  /** What it is called until it is complete; no server that reads a whole directory takes a name with a dot before it. */
  readonly fresh: string;
  readonly bytes: Uint8Array;
  readonly mode: number;
  readonly owner: Owner;
};

/** What an output is called while it is not finished; the configuration takes no path with such a name. */
export function unfinished(name: string): string {
  return `.certd-new-${name}`;
}

/**
 * Only a file that another one can take the place of gives way: throws `output-link` or `output-target-refused` for
 * anything else there.
 */
export function refuseForeign({ path, directory, name, fresh }: Output): void {
  refuse(path, directory, name);
  refuse(path.slice(0, -name.length) + fresh, directory, fresh);
}

function refuse(path: string, directory: HeldDirectory, name: string): void {
  const place = directory.at(name);
  const found = lookAt(path, place);
  if (found === undefined) return;
  if (!found.isFile()) throw linkAt(path, place) ?? refused(path, `is ${kindOf(found)}, and no file`);
  if (isMountPoint(directory, name)) throw refused(path, mountWords);
}

/** Of an output that cannot be replaced; the kernel says EBUSY. */
export const mountWords = 'is a mount of its own, which no other file can take the place of';

export function refused(path: string, words: string, cause?: unknown): CertdError {
  return new CertdError('output-target-refused', `${path} ${words}`, { facts: { path }, cause });
}

export function lookAt(path: string, place: string): Stats | undefined {
  try {
    return lstatSync(place, { throwIfNoEntry: false });
  } catch (thrown) {
    throw namedFor(path, thrown);
  }
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a directory';
  if (found.isFIFO()) return 'a named pipe';
  return found.isSocket() ? 'a socket' : 'a device';
}

/** Whether the file is there already, with this content, owner and mode. */
export function isInPlace({ path, directory, name, bytes, mode, owner }: Output): boolean {
  const descriptor = openToRead(path, directory.at(name));
  if (descriptor === null) return false;
  try {
    const found = fstatSync(descriptor);
    const same = found.uid === owner.uid && found.gid === owner.gid && (found.mode & 0o7777) === mode;
    // The size first: whatever is there, no more of it is read than would be written.
    return found.isFile() && same && found.size === bytes.length && readFileSync(descriptor).equals(bytes);
  } finally {
    closeSync(descriptor);
  }
}

/** Null where nothing is there to compare with; a file that this user may not read is written again. */
function openToRead(path: string, place: string): number | null {
  try {
    return openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (thrown) {
    const code = systemErrorOf(thrown)?.code;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ELOOP') return null;
    throw namedFor(path, thrown);
  }
}
