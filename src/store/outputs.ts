import { basename, dirname } from 'node:path';
import type { OutputFile } from '../core/deploy/deploy-model.ts';
import { CertdError, systemErrorOf } from '../core/errors.ts';
import type { Disk } from '../core/ports.ts';
import type { Pair } from './generation.ts';
import { holdDirectory, namedFor } from './output-directory.ts';
import { type LeftoverHost, removeUnfinished } from './output-leftovers.ts';
import { ownerOf } from './output-owner.ts';
import {
  isInPlace,
  lookAt,
  mountWords,
  type Output,
  refused,
  refuseForeign,
  unfinished,
} from './output-target.ts';

/**
 * Writes the `files` of a certificate (docs/state.md section 9): each as a whole, readable for nobody but those it is for
 * from its first byte on. Refusals (the `output-…` codes) and a full disk come before any of them has changed; one that
 * is as it should be is left alone.
 */
export async function writeOutputs(
  disk: Disk,
  files: readonly OutputFile[],
  pair: Pair,
  host: LeftoverHost,
): Promise<void> {
  const outputs: Output[] = [];
  try {
    for (const file of files) outputs.push(openOutput(file, pair, host));
    for (const output of outputs) refuseForeign(output);
    // Of a crash, and also beside one that is as it should be again.
    for (const output of outputs) await removeLeftover(disk, output);
    const changed = outputs.filter(output => !isInPlace(output));
    try {
      for (const output of changed) await writeBeside(disk, output);
      for (const output of changed) await show(disk, output);
    } catch (thrown) {
      await removeUnfinished(disk, changed, host.onLeft);
      throw thrown;
    }
    // Also where nothing changed: a kill may have come between a rename and its sync.
    for (const directory of new Map(outputs.map(({ directory }) => [directory.path, directory])).values()) {
      await named(directory.path, () => disk.syncDir(directory.at(null)));
    }
  } finally {
    for (const { directory } of outputs) directory.close();
  }
}

function openOutput(file: OutputFile, pair: Pair, { accounts, stateRoot }: LeftoverHost): Output {
  const owner = ownerOf(file, accounts);
  const trusted = [0, accounts.own.uid, owner.uid];
  const name = basename(file.path);
  return {
    path: file.path,
    name,
    fresh: unfinished(name),
    bytes: Buffer.from(contentOf(file, pair)),
    mode: file.mode,
    owner,
    directory: holdDirectory(dirname(file.path), { trusted, foreign: stateRoot }),
  };
}

function contentOf({ content }: OutputFile, { cert, chain, key }: Pair): string {
  switch (content) {
    case 'cert':
      return cert;
    case 'chain':
      return chain;
    case 'fullchain':
      return cert + chain;
    case 'key':
      return key;
    case 'combined':
      // HAProxy reads the leaf first, then what is above it.
      return cert + chain + key;
  }
}

async function removeLeftover(disk: Disk, { path, directory, fresh }: Output): Promise<void> {
  const place = directory.at(fresh);
  if (lookAt(path, place) !== undefined) await named(path, () => disk.unlink(place));
}

async function writeBeside(disk: Disk, output: Output): Promise<void> {
  const { directory, fresh, bytes, mode, owner } = output;
  try {
    await disk.writeNew(directory.at(fresh), bytes, mode, owner);
  } catch (thrown) {
    throw explained(output, thrown);
  }
}

async function show(disk: Disk, { directory, fresh, name, path }: Output): Promise<void> {
  try {
    await disk.rename(directory.at(fresh), directory.at(name));
  } catch (thrown) {
    // One that came after the look, or that the kernel did not tell of.
    throw systemErrorOf(thrown)?.code === 'EBUSY'
      ? refused(path, mountWords, thrown)
      : namedFor(path, thrown);
  }
}

/** The kernel may know of a limit that certd does not: a container without CAP_CHOWN, a user namespace. */
function explained({ path, owner }: Output, thrown: unknown): unknown {
  const system = systemErrorOf(thrown);
  if (system?.syscall !== 'fchown') return namedFor(path, thrown);
  const message = `${path} cannot be given to user ${owner.uid} and group ${owner.gid}: ${system.code}`;
  return new CertdError('output-owner-denied', message, { facts: { path }, cause: thrown });
}

async function named(path: string, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (thrown) {
    throw namedFor(path, thrown);
  }
}
