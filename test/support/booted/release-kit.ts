import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PackageFile } from '../../../scripts/packaging/program-files.ts';
import { buildRpm } from '../../../scripts/packaging/rpm.ts';
import { builtPackage } from '../built-package.ts';
import { root } from '../source-tree.ts';
import { placeFile } from './place-certd.ts';

export type Variant = {
  readonly version: string;
  /** Files in place of the built ones or beside them, executable, by their path in the deb. */
  readonly files?: Readonly<Record<string, string>>;
};

/**
 * Makes packages that differ as those of two releases do, out of the one that is built here. They do without their own Node, so
 * that each takes a second: `placeNode` has it.
 */
export type ReleaseKit = {
  /** Writes one into a file. */
  deb(file: string, variant: Variant): void;
  /** By rpmbuild, with the scriptlets of packaging/rpm. */
  rpm(file: string, variant: Variant): void;
  /** One of the scripts of the deb, to be changed. */
  script(name: string): string;
  remove(): void;
};

const machine = process.arch === 'arm64' ? 'arm64' : 'x64';
const node = '/opt/node';

/** For a host that gets packages of a kit. */
export function placeNode(root: string): void {
  mkdirSync(join(root, dirname(node)), { recursive: true });
  cpSync(process.execPath, join(root, node));
}

export function openReleaseKit(): ReleaseKit {
  const dir = mkdtempSync(join(tmpdir(), 'certd-releases-'));
  const tree = join(dir, 'tree');
  execFileSync('dpkg-deb', ['--raw-extract', builtPackage('deb'), tree]);
  rmSync(join(tree, 'DEBIAN/md5sums'));
  rmSync(join(tree, 'usr/lib/certd/node'));
  placeFile(tree, 'usr/lib/certd/node', `#!/bin/sh\nexec ${node} "$@"\n`, 0o755);
  const script = (name: string) => readFileSync(join(tree, 'DEBIAN', name), 'utf8');
  const withTree = (variant: Variant, pack: (own: string) => void) => {
    const own = join(dir, variant.version);
    cpSync(tree, own, { recursive: true });
    change(own, tree, variant);
    pack(own);
    rmSync(own, { recursive: true });
  };
  return {
    deb: (file, { version, files = {} }) => {
      const control = script('control').replace(/^Version: .*$/m, `Version: ${version}`);
      withTree({ version, files: { 'DEBIAN/control': control, ...files } }, own => {
        placeFile(own, 'DEBIAN/md5sums', sumsOf(own));
        execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', own, file]);
      });
    },
    rpm: (file, variant) =>
      withTree(variant, own => cpSync(rpmOf(join(own, 'usr'), variant.version, dir), file)),
    script,
    remove: () => rmSync(dir, { recursive: true }),
  };
}

function rpmOf(usr: string, version: string, work: string): string {
  const files = filesIn(usr).map((path): PackageFile => {
    const mode = (statSync(join(usr, path)).mode & 0o111) === 0 ? 0o644 : 0o755;
    return { path, mode, content: { from: join(usr, path) } };
  });
  const own = files.filter(({ path }) => path !== 'bin/certd');
  const product = { version, date: 1_700_000_000 };
  return buildRpm({ root, work, arch: machine, product, files: own, licence: 'MIT', level: 0 });
}

/** Gives all parts of the program other names, as another release has them, and adds one that is loaded when it ends. */
function change(own: string, tree: string, { version, files = {} }: Variant): void {
  const [from, to] = [join(tree, 'usr/lib/certd/dist'), join(own, 'usr/lib/certd/dist')];
  const renamed = (text: string) => text.replaceAll(/([\w-]+-[A-Z0-9]{8})\.js/g, `$1-${version}.js`);
  rmSync(join(to, 'chunks'), { recursive: true });
  for (const part of filesIn(from))
    placeFile(to, renamed(part), renamed(readFileSync(join(from, part), 'utf8')));
  const entry = readFileSync(join(from, 'certd.js'), 'utf8');
  const end = 'process.exitCode = await main(process.argv.slice(2));\n';
  if (!entry.includes(end)) throw new Error(`the entry of the program is another one: ${entry}`);
  placeFile(to, 'certd.js', entry.replace(end, `${end}await import("./chunks/late-${version}.js");\n`));
  const late = `if (['run', 'deploy'].includes(process.argv[2])) process.stderr.write('ended well: ${version}\\n');\n`;
  placeFile(to, `chunks/late-${version}.js`, late);
  for (const [path, text] of Object.entries(files)) placeFile(own, path, text, 0o755);
}

/** Without them dpkg makes its own, which are those of no package. */
function sumsOf(own: string): string {
  const files = filesIn(own).filter(path => !path.startsWith('DEBIAN/'));
  const sum = (path: string) =>
    createHash('md5')
      .update(readFileSync(join(own, path)))
      .digest('hex');
  return files.map(path => `${sum(path)}  ${path}\n`).join('');
}

function filesIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .sort();
}
