import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { type CertdError, systemErrorOf } from '../core/errors.ts';
import { firstEntries } from './held-directory.ts';
import { namedFor } from './output-directory.ts';

/** A directory to read in. */
export type Place = {
  /** For people. */
  readonly path: string;
  /** A name in the very directory that is meant. */
  readonly at: (name: string) => string;
  /** Its own bytes, which grow with what is in it; null where they were not looked at. */
  readonly size: number | null;
  /** Whether a file of this user's is read, beside root's; null where whoever writes there is trusted. */
  readonly mayOwn: ((uid: number) => boolean) | null;
};

/** The error for a path that is not as certd makes it. What is said of it has nothing of its content. */
export type Refuse = (path: string, why: string) => CertdError;

/** A directory that nobody has a part in but root and the user who reads. */
export function trustedPlace(path: string): Place {
  return { path, at: name => join(path, name), size: null, mayOwn: null };
}

/** As little as possible happens to what is opened: it may be a pipe or a device by then. */
const toRead = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** The bytes of a regular file; null where there is none. Throws what `refuse` makes, or the disk's own error. */
export function readFileIn(
  place: Place,
  name: string,
  { largest, refuse }: { readonly largest: number; readonly refuse: Refuse },
): Buffer | null {
  const path = join(place.path, name);
  const check = (found: Stats) => {
    const fault = fileFault(found, place) ?? sizeFault(found.size, largest);
    if (fault !== null) throw refuse(path, fault);
  };
  try {
    const found = lookAt(place, name);
    if (found === null) return null;
    check(found);
    const descriptor = openSync(place.at(name), toRead);
    try {
      // Another one may have its name by now.
      const { size } = checked(fstatSync(descriptor), check);
      return readAll(descriptor, size);
    } finally {
      closeSync(descriptor);
    }
  } catch (thrown) {
    const code = systemErrorOf(thrown)?.code;
    if (code === 'ENOENT') return null;
    if (code === 'ELOOP' || code === 'ENXIO' || code === 'ENOTDIR') throw refuse(path, notRegular);
    throw namedFor(path, thrown);
  }
}

/** What has this name, itself and not what it leads to; null where nothing has. */
export function lookAt(place: Place, name: string): Stats | null {
  // An exception for each file that is not there was a tenth of certd's computing.
  return lstatSync(place.at(name), { throwIfNoEntry: false }) ?? null;
}

/** What is in a directory, in no order. One with more than `most` entries is none of certd's, and is not read to its end. */
export function entriesOf(
  place: Place,
  { most, refuse }: { readonly most: number; readonly refuse: Refuse },
): readonly Dirent[] {
  try {
    const entries = isShort(place)
      ? readdirSync(place.at('.'), { withFileTypes: true })
      : firstEntries(place.at('.'), most + 1);
    if (entries.length > most) throw refuse(place.path, `it has more than ${most} entries`);
    return entries;
  } catch (thrown) {
    throw namedFor(place.path, thrown);
  }
}

/** Reading one by one takes three times as long. On no file system does an entry take less than a byte; on some, directories have no size. */
function isShort({ size }: Place): boolean {
  return size !== null && size > 0 && size <= 8192;
}

/** Whose it is, where it is neither root's nor of somebody whose files are read. */
export function ownerFault({ uid }: Stats, { mayOwn }: Place): string | null {
  return mayOwn === null || mayOwn(uid) || uid === 0 ? null : `it belongs to user ${uid}`;
}

const notRegular = 'it is no regular file';

function fileFault(found: Stats, place: Place): string | null {
  if (!found.isFile()) return notRegular;
  const fault = ownerFault(found, place);
  // Who may not read a file of root's can still give it a second name (link(2)) where he may write.
  if (fault !== null || found.nlink < 2 || place.mayOwn === null || place.mayOwn(found.uid)) return fault;
  return 'it is a file of root that has another name elsewhere';
}

function sizeFault(size: number, largest: number): string | null {
  return size > largest ? `it has ${size} bytes, more than ${largest}` : null;
}

function checked(found: Stats, check: (found: Stats) => void): Stats {
  check(found);
  return found;
}

/** What is written to it meanwhile is left out: the size has been judged. */
function readAll(descriptor: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const read = readSync(descriptor, bytes, filled, size - filled, null);
    if (read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}
