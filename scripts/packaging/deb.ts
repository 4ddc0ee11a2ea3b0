import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { debArch } from './archs.ts';
import { controlText } from './deb-control.ts';
import { packageScript } from './package-script.ts';
import type { Packing } from './packing.ts';
import { fixedLauncher, type PackageFile } from './program-files.ts';
import { run } from './run.ts';
import { levelTree, writeTree } from './write-tree.ts';

/** `certd_VERSION_ARCH.deb` in `work`, with the scripts of packaging/deb. Returns its path. */
export function buildDeb({ root, work, arch, product, files, level }: Packing): string {
  const debVersion = product.version.replace('-', '~');
  const deb = join(work, `certd_${debVersion}_${debArch[arch]}.deb`);
  const tree = join(work, 'deb');
  const installed = [fixedLauncher('/usr'), ...files].map(each => ({ ...each, path: `usr/${each.path}` }));
  writeTree(tree, installed);
  const sums = installed.map(({ path }) => ({ path, bytes: readFileSync(join(tree, path)) }));
  const size = sums.reduce((sum, { bytes }) => sum + Math.ceil(bytes.length / 1024), 0);
  writeTree(tree, [
    {
      path: 'DEBIAN/control',
      mode: 0o644,
      content: controlText(debVersion, debArch[arch], size),
    },
    {
      path: 'DEBIAN/md5sums',
      mode: 0o644,
      content: sums.map(({ path, bytes }) => `${md5(bytes)}  ${path}\n`).join(''),
    },
    ...scripts(root),
  ]);
  levelTree(tree, product.date);
  run('dpkg-deb', ['--root-owner-group', '-Zxz', `-z${level}`, '--build', tree, deb], {
    env: { SOURCE_DATE_EPOCH: String(product.date) },
  });
  rmSync(tree, { recursive: true });
  return deb;
}

function scripts(root: string): PackageFile[] {
  const names = readdirSync(join(root, 'packaging/deb')).sort();
  return names.map(name => ({
    path: `DEBIAN/${name}`,
    mode: name === 'templates' ? 0o644 : 0o755,
    content: packageScript(root, `packaging/deb/${name}`),
  }));
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
