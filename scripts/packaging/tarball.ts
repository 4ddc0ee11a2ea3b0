import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Packing } from './packing.ts';
import { relocatableLauncher } from './program-files.ts';
import { run } from './run.ts';
import { levelTree, writeTree } from './write-tree.ts';

/** `certd-VERSION-linux-ARCH.tar.xz` in `work`: one directory of that name, which can be anywhere. Returns its path. */
export function buildTarball({ work, arch, product, files, level }: Packing): string {
  const name = `certd-${product.version}-linux-${arch}`;
  const tree = join(work, name);
  writeTree(tree, [relocatableLauncher(), ...files]);
  levelTree(tree, product.date);
  const tarball = `${tree}.tar`;
  run('tar', [
    ...['--create', '--format=gnu', '--sort=name', '--owner=0', '--group=0', '--numeric-owner'],
    ...[`--file=${tarball}`, `--directory=${work}`, name],
  ]);
  rmSync(tree, { recursive: true });
  // Blocks of one size: how many processors share them shows nowhere.
  run('xz', [`-${level}`, '--threads=0', '--block-size=24MiB', tarball]);
  return `${tarball}.xz`;
}
