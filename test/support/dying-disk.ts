import { closeSync, fchownSync, openSync, writeSync } from 'node:fs';
import type { Disk, Owner } from '../../src/core/ports.ts';

/** What the program would see of a kill: nothing works any more. No code of certd may catch and go on. */
class Killed extends Error {
  override readonly name = 'Killed';
}

/**
 * A disk that stops the program at a mutation. `kill`: the calls up to `after` work, every later one throws,
 * so that no cleanup runs, as after a kill; a file that was being written then is left half-written.
 * ENOSPC, EIO: only the call after `after` fails, and what follows works.
 */
export function dyingDisk(
  real: Disk,
  { after, how }: { readonly after: number; readonly how: 'kill' | 'ENOSPC' | 'EIO' },
): Disk & { calls(): number } {
  let calls = 0;
  const guarded =
    <A extends readonly unknown[]>(name: keyof Disk, call: (...args: A) => Promise<void>) =>
    async (...args: A): Promise<void> => {
      calls += 1;
      if (calls <= after || (how !== 'kill' && calls > after + 1)) return call(...args);
      if (how === 'kill') {
        if (calls === after + 1 && name === 'writeNew') tear(args);
        throw new Killed(`killed at ${name} ${String(args[0])}`);
      }
      throw systemError(how, name, String(args[0]));
    };
  return {
    calls: () => calls,
    makeDir: guarded('makeDir', real.makeDir),
    writeNew: guarded('writeNew', real.writeNew),
    append: guarded('append', real.append),
    rename: guarded('rename', real.rename),
    symlink: guarded('symlink', real.symlink),
    unlink: guarded('unlink', real.unlink),
    removeDir: guarded('removeDir', real.removeDir),
    syncDir: guarded('syncDir', real.syncDir),
  };
}

function tear([path, bytes, mode, owner]: readonly unknown[]): void {
  if (typeof path !== 'string' || !(bytes instanceof Uint8Array) || typeof mode !== 'number')
    throw new Error('writeNew(path, bytes, mode)');
  const ids = owner as Owner | undefined;
  const descriptor = openSync(path, 'wx', mode);
  if (ids !== undefined) fchownSync(descriptor, ids.uid, ids.gid);
  writeSync(descriptor, bytes.subarray(0, bytes.length / 2));
  closeSync(descriptor);
}

function systemError(code: 'ENOSPC' | 'EIO', syscall: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall, path, errno: -1 });
}
