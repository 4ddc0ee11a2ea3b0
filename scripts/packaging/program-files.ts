import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Arch } from './archs.ts';

/** A file of a package: its path below the prefix, and where its bytes are. Owner and date are the same for all. */
export type PackageFile = {
  readonly path: string;
  readonly mode: 0o644 | 0o755;
  readonly content: string | Buffer | { readonly from: string };
};

/** Directories: the bundle (scripts/build-program.ts), and npm packages as they are published. */
export type ProgramParts = {
  readonly dist: string;
  readonly node: string;
  readonly koffi: string;
  readonly koffiNative: string;
};

/** `lib/certd`: certd with its own Node, and of its native library only what is loaded. */
export function programFiles(arch: Arch, { dist, node, koffi, koffiNative }: ProgramParts): PackageFile[] {
  const modules = 'lib/certd/node_modules';
  const native = `@koromix/koffi-linux-${arch}`;
  return [
    { path: 'lib/certd/node', mode: 0o755, content: { from: join(node, 'bin/node') } },
    // For Node the bundle is ES modules because this says so.
    { path: 'lib/certd/package.json', mode: 0o644, content: '{ "type": "module" }\n' },
    ...filesBelow(dist).map(path => copied(`lib/certd/dist/${path}`, join(dist, path))),
    ...koffiFiles.map(path => copied(`${modules}/koffi/${path}`, join(koffi, path))),
    ...['index.js', 'package.json', `linux_${arch}/koffi.node`].map(path =>
      copied(`${modules}/${native}/${path}`, join(koffiNative, path)),
    ),
  ];
}

/** `bin/certd` of a package that is always in the same place. */
export function fixedLauncher(prefix: string): PackageFile {
  return launcher(`exec ${prefix}/lib/certd/node ${prefix}/lib/certd/dist/certd.js "$@"\n`);
}

/** `bin/certd` of a tree that can be anywhere; also a link may lead to it. */
export function relocatableLauncher(): PackageFile {
  return launcher(`here=$(readlink -f -- "$0") || exit
lib=\${here%/bin/certd}/lib/certd
exec "$lib/node" "$lib/dist/certd.js" "$@"
`);
}

const koffiFiles = ['package.json', 'index.js', 'src/koffi/index.js', 'src/koffi/src/static.js'];

function launcher(lines: string): PackageFile {
  return { path: 'bin/certd', mode: 0o755, content: `#!/bin/sh\n${lines}` };
}

function copied(path: string, from: string): PackageFile {
  return { path, mode: 0o644, content: { from } };
}

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter(each => each.isFile())
    .map(each => join(each.parentPath, each.name).slice(dir.length + 1))
    .sort();
}
