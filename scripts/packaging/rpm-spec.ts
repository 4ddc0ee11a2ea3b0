import { posix } from 'node:path';
import type { PackageFile } from './program-files.ts';

export type SpecInput = {
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  /** The directory of the finished files, with their `usr/`. */
  readonly tree: string;
  /** Paths below `usr/`. */
  readonly files: readonly PackageFile[];
  /** Texts by the name of the section: pre, post, preun, postun, posttrans. */
  readonly scriptlets: Readonly<Record<string, string>>;
};

/** What rpmbuild is told: nothing is compiled, stripped or looked at, and every file and directory is named. */
export function specText({ version, licence, tree, files, scriptlets }: SpecInput): string {
  return `Name: certd
Version: ${version}
Release: 1
Summary: Certificate renewal daemon for servers
License: ${licence}
# What Node 24 is linked with, and the roots that a chain must lead to.
Requires: glibc >= 2.28, libstdc++ >= 7, ca-certificates
AutoReqProv: no

%description
certd obtains TLS certificates from Let's Encrypt or any other ACME CA, renews
them when the CA says so, puts complete sets of files in place, reloads the
servers that use them and looks at what these present.

It brings its own Node.js and touches no other one.

%install
mkdir -p "%{buildroot}"
cp -al "${tree}/usr" "%{buildroot}"

${Object.entries(scriptlets)
  .map(([name, text]) => `%${name}\n${literal(text)}`)
  .join('\n')}
%files
${[...ownDirectories(files).map(directoryLine), ...files.map(fileLine)].join('\n')}
`;
}

/** Percent signs mean macros in a spec. */
function literal(text: string): string {
  return text.replaceAll('%', '%%');
}

function directoryLine(path: string): string {
  return `%dir %attr(0755,root,root) "/usr/${path}"`;
}

function fileLine({ path, mode }: PackageFile): string {
  const kind = path.endsWith('/copyright') ? '%license ' : path.startsWith('share/doc/') ? '%doc ' : '';
  return `${kind}%attr(0${mode.toString(8)},root,root) "/usr/${path}"`;
}

/** Those that nobody else has, which go with the package. */
function ownDirectories(files: readonly PackageFile[]): string[] {
  const all = files.flatMap(({ path }) => parents(path));
  return [...new Set(all)].filter(path => /^(lib|share|share\/doc)\/certd(\/|$)/.test(path)).sort();
}

function parents(path: string): string[] {
  const parent = posix.dirname(path);
  return parent === '.' ? [] : [...parents(parent), parent];
}
