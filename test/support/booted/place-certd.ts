import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fixedLauncher, programFiles } from '../../../scripts/packaging/program-files.ts';
import { writeTree } from '../../../scripts/packaging/write-tree.ts';

const checkout = join(import.meta.dirname, '../../..');

/** The built program as a package would install it: `/usr/bin/certd`, with a Node of its own. */
export function placeCertd(root: string): void {
  const dist = join(checkout, 'dist');
  if (!existsSync(join(dist, 'certd.js'))) throw new Error(`${dist} is missing: npm run build`);
  const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
  const modules = join(checkout, 'node_modules');
  const parts = {
    dist,
    node: join(modules, `node-linux-${arch}`),
    koffi: join(modules, 'koffi'),
    koffiNative: join(modules, `@koromix/koffi-linux-${arch}`),
  };
  writeTree(join(root, 'usr'), [fixedLauncher('/usr'), ...programFiles(arch, parts)]);
}

/** A file on the disk of a host that is yet to boot, with the directories on the way. */
export function placeFile(root: string, path: string, text: string | Buffer, mode = 0o644): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode });
}
