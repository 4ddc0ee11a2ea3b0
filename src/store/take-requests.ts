import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { asCertdError, CertdError, systemErrorOf } from '../core/errors.ts';
import type { Disk } from '../core/ports.ts';
import { firstEntries, heldPath, pathOnly } from './held-directory.ts';
import type { Layout } from './layout.ts';

export type Taken = {
  /** How many entries were there. */
  readonly found: number;
  /** Why something stays in the place of the requests, in words; null where nothing does. */
  readonly left: string | null;
};

/** What one run removes: above a request for each certificate of a large host. */
const mostEntries = 10_000;
const deepest = 8;

/**
 * Removes everything from `issuer/requests`, so that what is asked for from here on is a new request (docs/state.md section
 * 11). Nothing there is read or followed: it says nothing but that somebody should look. The directory belongs to the
 * issuer, who may be in hostile hands and change it meanwhile: all happens in the very directory that is held open. Never
 * throws, since what is owed does not depend on it.
 */
export async function takeRequests(disk: Disk, layout: Layout): Promise<Taken> {
  const budget = { entries: mostEntries };
  let descriptor: number | null = null;
  try {
    descriptor = holdRequests(layout);
    if (descriptor === null) return { found: 0, left: null };
    await empty(disk, descriptor, budget, 0);
    return { found: mostEntries - budget.entries, left: null };
  } catch (thrown) {
    return { found: mostEntries - budget.entries, left: wordsOf(thrown, layout) };
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

/** Of something that is left where it is. */
function kept(why: string): CertdError {
  return new CertdError('requests-unsafe', why);
}

/** Without the path of a system error: its last part has a name that somebody else has chosen. */
function wordsOf(thrown: unknown, { requests }: Layout): string {
  const system = systemErrorOf(thrown);
  return system === null
    ? asCertdError(thrown).message
    : `${requests}: ${system.syscall} failed with ${system.code}`;
}

const noLink = constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Null where there is no such directory yet. */
function holdRequests(layout: Layout): number | null {
  const issuer = openSync(layout.issuer, pathOnly | constants.O_DIRECTORY);
  const owner = fstatSync(issuer).uid;
  try {
    const descriptor = openSync(`${heldPath(issuer)}/requests`, constants.O_RDONLY | noLink);
    const found = fstatSync(descriptor).uid;
    if (found === owner) return descriptor;
    closeSync(descriptor);
    throw kept(`${layout.requests} belongs to user ${found}, and issuer/ to user ${owner}`);
  } catch (thrown) {
    const code = systemErrorOf(thrown)?.code;
    if (code === 'ENOENT') return null;
    if (code === 'ENOTDIR' || code === 'ELOOP') throw kept(`${layout.requests} is no directory`);
    throw thrown;
  } finally {
    closeSync(issuer);
  }
}

/** Until a whole look at it finds nothing: an entry may be passed over while others are removed. */
async function empty(
  disk: Disk,
  descriptor: number,
  budget: { entries: number },
  depth: number,
): Promise<void> {
  if (depth > deepest) throw kept(`issuer/requests has directories more than ${deepest} deep`);
  for (;;) {
    // As bytes: what a hostile hand has named need not be text.
    const entries = firstEntries(heldPath(descriptor), budget.entries + 1, 'buffer');
    if (entries.length === 0) return;
    for (const { name } of entries) {
      if (budget.entries === 0) throw kept(`issuer/requests has more than ${mostEntries} entries`);
      budget.entries -= 1;
      await remove(
        disk,
        Buffer.concat([Buffer.from(`${heldPath(descriptor)}/`), Buffer.from(name)]),
        budget,
        depth,
      );
    }
  }
}

async function remove(disk: Disk, path: Buffer, budget: { entries: number }, depth: number): Promise<void> {
  try {
    await disk.unlink(path);
  } catch (thrown) {
    const code = systemErrorOf(thrown)?.code;
    if (code === 'ENOENT') return;
    if (code !== 'EISDIR') throw thrown;
    const descriptor = openSync(path, constants.O_RDONLY | noLink);
    try {
      await empty(disk, descriptor, budget, depth + 1);
    } finally {
      closeSync(descriptor);
    }
    await disk.removeDir(path);
  }
}
