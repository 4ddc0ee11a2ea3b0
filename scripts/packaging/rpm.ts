import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rpmArch } from './archs.ts';
import { packageScript } from './package-script.ts';
import type { Packing } from './packing.ts';
import { fixedLauncher } from './program-files.ts';
import { asRpmHasIt } from './reader-files.ts';
import { rpmPrograms } from './rpm-programs.ts';
import { specText } from './rpm-spec.ts';
import { run } from './run.ts';
import { levelTree, writeTree } from './write-tree.ts';

/** `certd-VERSION-1.ARCH.rpm` in `work`, with the scriptlets of packaging/rpm. Returns its path. */
export function buildRpm({ root, work, arch, product, files, licence, level }: Packing): string {
  const version = product.version.replace('-', '~');
  const all = [fixedLauncher('/usr'), ...files.map(asRpmHasIt)];
  const top = join(work, 'rpm');
  const tree = join(top, 'tree');
  writeTree(join(tree, 'usr'), all);
  levelTree(tree, product.date);
  const spec = join(top, 'certd.spec');
  writeFileSync(spec, specText({ version, licence, tree, files: all, scriptlets: scriptlets(root) }));
  const { bin, config, env } = rpmPrograms(root);
  const macros: Record<string, string> = { ...quiet, _topdir: top, _binary_payload: `w${level}T0.xzdio` };
  const defined = Object.entries(macros).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  const words = ['-bb', ...onlyItsOwn(config), '--target', rpmArch[arch], ...defined, spec];
  run(join(bin, 'rpmbuild'), words, {
    env: { ...env, SOURCE_DATE_EPOCH: String(product.date) },
  });
  const rpm = `certd-${version}-1.${rpmArch[arch]}.rpm`;
  renameSync(join(top, 'RPMS', rpmArch[arch], rpm), join(work, rpm));
  rmSync(top, { recursive: true });
  return join(work, rpm);
}

/** Nothing of the machine that builds gets in, and no program of it changes the files. */
const quiet = {
  _buildhost: 'localhost',
  use_source_date_epoch_as_buildtime: '1',
  clamp_mtime_to_source_date_epoch: '1',
  __os_install_post: '%{nil}',
  debug_package: '%{nil}',
  _build_id_links: 'none',
};

/** Without `/etc/rpm` and `~/.rpmmacros`: a packager or a vendor that somebody has there would get into the package. */
function onlyItsOwn(config: string): string[] {
  const macros = ['macros', 'macros.d/macros.*', 'platform/%{_target}/macros'];
  return ['--rcfile', join(config, 'rpmrc'), '--macros', macros.map(name => join(config, name)).join(':')];
}

function scriptlets(root: string): Record<string, string> {
  const names = ['pre', 'post', 'preun', 'postun', 'posttrans'];
  const there = names.filter(name => existsSync(join(root, `packaging/rpm/${name}.sh`)));
  return Object.fromEntries(there.map(name => [name, packageScript(root, `packaging/rpm/${name}.sh`)]));
}
