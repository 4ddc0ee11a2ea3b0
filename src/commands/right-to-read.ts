import { closeSync, openSync } from 'node:fs';
import { asCertdError, systemErrorOf } from '../core/errors.ts';

/** Who may not read the configuration needs another user, not a list of its problems. Throws `permission-denied`. */
export function checkRight(file: string): void {
  try {
    closeSync(openSync(file, 'r'));
  } catch (thrown) {
    if (systemErrorOf(thrown)?.code === 'EACCES') throw asCertdError(thrown);
  }
}
