import { closeSync, constants, fstatSync, openSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { directoryFault } from '../core/deploy/output-rules.ts';
import { CertdError, systemErrorOf } from '../core/errors.ts';
import { heldPath, pathOnly } from './held-directory.ts';

/** A directory that was walked to and is held open: whatever becomes of its path, `at` stays in it. */
export type HeldDirectory = {
  /** As configured, for people. */
  readonly path: string;
  /** A name in the very directory that is held (Node has no openat(2)); null: the directory itself. */
  at(name: string | null): string;
  close(): void;
};

const flags = pathOnly | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Walks from the root to a directory, one name at a time, following no link, and checks each on the way once it is
 * open, so that nobody can put another in its place in between. `trusted`: who may own them; `foreign`: a directory
 * to stay out of. Throws `output-directory-missing`, `output-directory-unsafe`, `output-link`,
 * `output-target-refused`; the caller closes what it gets.
 */
export function holdDirectory(
  path: string,
  { trusted, foreign }: { readonly trusted: readonly number[]; readonly foreign: string },
): HeldDirectory {
  const parts = path.split('/').filter(part => part !== '');
  const avoided = identityOf(foreign);
  let descriptor = openSync('/', flags);
  try {
    let reached = '/';
    check(descriptor, reached, { trusted, avoided, holds: parts.length === 0 });
    for (const [index, part] of parts.entries()) {
      const next = enter(descriptor, part, join(reached, part));
      closeSync(descriptor);
      descriptor = next;
      reached = join(reached, part);
      check(descriptor, reached, { trusted, avoided, holds: index === parts.length - 1 });
    }
  } catch (thrown) {
    closeSync(descriptor);
    throw thrown;
  }
  return {
    path,
    at: name => (name === null ? heldPath(descriptor) : `${heldPath(descriptor)}/${name}`),
    close: () => closeSync(descriptor),
  };
}

function enter(parent: number, part: string, path: string): number {
  const place = `${heldPath(parent)}/${part}`;
  try {
    return openSync(place, flags);
  } catch (thrown) {
    const code = systemErrorOf(thrown)?.code;
    if (code === 'ENOENT') throw missing(`${path} is not there`, thrown);
    if (code !== 'ENOTDIR' && code !== 'ELOOP') throw namedFor(path, thrown);
    throw linkAt(path, place) ?? missing(`${path} is no directory`, thrown);
  }
}

/** What the system says of a place in a held directory, under the path that people know. */
export function namedFor(path: string, thrown: unknown): unknown {
  return systemErrorOf(thrown) !== null && thrown instanceof Error ? Object.assign(thrown, { path }) : thrown;
}

/** The refusal of a link at `path`, which is read at `place`; null where that is none. */
export function linkAt(path: string, place: string): CertdError | null {
  const target = linkTarget(place);
  if (target === null) return null;
  const message = `${path} is a symbolic link to ${target}, which certd does not follow`;
  return new CertdError('output-link', message, { facts: { path } });
}

function linkTarget(place: string): string | null {
  try {
    return readlinkSync(place);
  } catch (thrown) {
    const code = systemErrorOf(thrown)?.code;
    if (code === 'EINVAL' || code === 'ENOENT') return null;
    throw thrown;
  }
}

function missing(what: string, cause: unknown): CertdError {
  return new CertdError('output-directory-missing', what, { cause });
}

function check(
  descriptor: number,
  path: string,
  rules: { readonly trusted: readonly number[]; readonly avoided: string | null; readonly holds: boolean },
): void {
  const found = fstatSync(descriptor);
  if (rules.avoided !== null && identityOf(heldPath(descriptor)) === rules.avoided) {
    throw new CertdError(
      'output-target-refused',
      `${path} is the state directory of certd, which is its own`,
      {
        facts: { path },
      },
    );
  }
  const fault = directoryFault(found, rules);
  if (fault !== null)
    throw new CertdError('output-directory-unsafe', `${path} ${fault}`, { facts: { path } });
}

/** Also of one that is reached by a link. Null where nothing is there. */
function identityOf(path: string): string | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}
