import { relative } from 'node:path';
import type { Disk } from '../../src/core/ports.ts';
import { realDisk } from '../../src/store/disk.ts';
import { heldPath } from './held-path.ts';

/** The real disk, which writes down each mutation as "call path", with paths relative to `root`. */
export function recordingDisk(root: string): Disk & { readonly calls: string[] } {
  const calls: string[] = [];
  const recorded =
    <A extends readonly unknown[]>(name: keyof Disk, call: (...args: A) => Promise<void>) =>
    async (...args: A): Promise<void> => {
      const paths = name === 'rename' ? args.slice(0, 2) : args.slice(name === 'symlink' ? 1 : 0).slice(0, 1);
      calls.push([name, ...paths.map(path => relative(root, heldPath(String(path))) || '.')].join(' '));
      await call(...args);
    };
  return {
    calls,
    makeDir: recorded('makeDir', realDisk.makeDir),
    writeNew: recorded('writeNew', realDisk.writeNew),
    append: recorded('append', realDisk.append),
    rename: recorded('rename', realDisk.rename),
    symlink: recorded('symlink', realDisk.symlink),
    unlink: recorded('unlink', realDisk.unlink),
    removeDir: recorded('removeDir', realDisk.removeDir),
    syncDir: recorded('syncDir', realDisk.syncDir),
  };
}
