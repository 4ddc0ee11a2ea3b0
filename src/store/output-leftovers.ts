import { basename, dirname, join } from 'node:path';
import type { FormerFile } from '../core/deploy/files-key.ts';
import { asCertdError, type CertdError } from '../core/errors.ts';
import type { Disk } from '../core/ports.ts';
import type { Accounts } from '../host/accounts.ts';
import { holdDirectory } from './output-directory.ts';
import { lookAt, type Output, unfinished } from './output-target.ts';

export type LeftoverHost = {
  readonly accounts: Accounts;
  /** Outputs stay out of it: what is in there has rules of its own. */
  readonly stateRoot: string;
  /** A file that was not finished could not be removed: there may be a key in it. */
  readonly onLeft: (path: string, error: CertdError) => void;
};

/**
 * Removes what a crash has left beside outputs that are no longer in the configuration; never an output itself. Each for
 * itself: what is refused or fails is told to `onLeft`, for it holds up nobody's certificate.
 */
export async function removeFormer(
  disk: Disk,
  files: readonly FormerFile[],
  host: LeftoverHost,
): Promise<void> {
  for (const { path, owner } of files) {
    const name = unfinished(basename(path));
    try {
      const uid = owner === null ? null : host.accounts.userId(owner);
      const trusted = [0, host.accounts.own.uid, ...(uid === null ? [] : [uid])];
      const directory = holdDirectory(dirname(path), { trusted, foreign: host.stateRoot });
      try {
        const place = directory.at(name);
        if (lookAt(path, place)?.isFile() === true) await disk.unlink(place);
      } finally {
        directory.close();
      }
    } catch (thrown) {
      const error = asCertdError(thrown);
      // With its directory it is gone itself.
      if (error.code !== 'output-directory-missing') host.onLeft(join(dirname(path), name), error);
    }
  }
}

/** A key that nobody uses is not left lying about. `refuseForeign` has seen that they are files. */
export async function removeUnfinished(
  disk: Disk,
  outputs: readonly Output[],
  onLeft: LeftoverHost['onLeft'],
): Promise<void> {
  for (const { path, directory, fresh } of outputs) {
    const place = directory.at(fresh);
    try {
      if (lookAt(path, place) !== undefined) await disk.unlink(place);
    } catch (thrown) {
      onLeft(join(dirname(path), fresh), asCertdError(thrown));
    }
  }
}
