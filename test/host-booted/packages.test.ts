import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtPackage, foreignPackages, other, own } from '../support/built-package.ts';
import { cyclonedx } from '../support/cyclonedx.ts';
import { debContent, type PackageContent, rpm, rpmContent, tarContent } from '../support/package-content.ts';
import { readText, root } from '../support/source-tree.ts';

const version: string = JSON.parse(readText('package.json')).version;
const debArch = { x64: 'amd64', arm64: 'arm64' };
const rpmArch = { x64: 'x86_64', arm64: 'aarch64' };
const namesOf = (arch: 'x64' | 'arm64') => [
  `certd_${version}_${debArch[arch]}.deb`,
  `certd-${version}-1.${rpmArch[arch]}.rpm`,
  `certd-${version}-linux-${arch}.tar.xz`,
];

let dir = '';
let foreign = '';
const files: string[] = [];
let deb: PackageContent;
let tar: PackageContent;
let rpmTree: PackageContent;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'certd-packages-'));
  foreign = foreignPackages();
  const [ownDeb, ownRpm, ownTar] = [builtPackage('deb'), builtPackage('rpm'), builtPackage('tar')];
  files.push(ownDeb, ownRpm, ownTar, ...namesOf(other).map(name => join(foreign, name)));
  deb = debContent(ownDeb, join(dir, 'deb'));
  rpmTree = rpmContent(ownRpm, join(dir, 'rpm'));
  tar = tarContent(ownTar, join(dir, 'tar'));
}, 600_000);
afterAll(() => rmSync(dir, { recursive: true }));

test('there is a deb, an rpm and a tarball for each kind of machine, none of 45 MB', () => {
  expect(files.map(file => basename(file))).toEqual([...namesOf(own), ...namesOf(other)]);
  for (const file of files) {
    expect(statSync(file).size, file).toBeGreaterThan(20_000_000);
    expect(statSync(file).size, file).toBeLessThan(45_000_000);
  }
});

test('beside them are the install script and the sums of all', () => {
  expect(readdirSync(foreign).sort()).toEqual(['SHA256SUMS', ...namesOf(other), 'install.sh'].sort());
  expect(
    execFileSync('/usr/bin/sha256sum', ['--check', 'SHA256SUMS'], { cwd: foreign, encoding: 'utf8' }),
  ).toBe([...namesOf(other), 'install.sh'].map(name => `${name}: OK\n`).join(''));
  execFileSync(join(foreign, 'install.sh'), ['--help']);
});

describe.each([
  ['deb', () => deb, 'root:root', '/usr/', 'vendor-completions'],
  ['rpm', () => rpmTree, 'root:root', '/usr/', 'site-functions'],
  ['tarball', () => tar, '0:0', `certd-${version}-linux-${own}/`, 'vendor-completions'],
] as const)('the %s', (_, content, owner, place, zsh) => {
  test('has what certd needs, in its places, all of it root’s', () => {
    const { list } = content();
    const chunks = list.filter(line => line.includes('/dist/chunks/'));
    expect(list.filter(line => line.startsWith('-') && !chunks.includes(line))).toEqual(
      shipped.map(line => line.replace(' ', ` ${owner} ${place}`).replace('ZSH', zsh)).sort(),
    );
    expect(chunks.length).toBeGreaterThan(30);
    for (const line of chunks)
      expect(line).toMatch(/^-rw-r--r-- \S+ \S+\/lib\/certd\/dist\/chunks\/[\w-]+\.js$/);
    expect(list.filter(line => !/^(drwxr-xr-x|-rw-r--r--|-rwxr-xr-x) (root:root|0:0) /.test(line))).toEqual(
      [],
    );
  });

  test('has a list of what is in it, with the hash of its Node and the licence of each part', () => {
    const doc = join(content().prefix, 'share/doc/certd');
    const { components } = cyclonedx.parse(JSON.parse(readFileSync(join(doc, 'certd.cdx.json'), 'utf8')));
    const node = createHash('sha256').update(readFileSync(join(content().prefix, 'lib/certd/node')));
    expect(components.find(({ name }) => name === 'node')?.hashes).toEqual([
      { alg: 'SHA-256', content: node.digest('hex') },
    ]);
    const copyright = readFileSync(join(doc, 'copyright'), 'utf8');
    const titles = components
      .filter(({ scope }) => scope === 'required')
      // Node and the native part of koffi are under one heading with what they belong to.
      .filter(({ name }) => !/^node|^@koromix/.test(name))
      .map(part => `${'='.repeat(78)}\n${part.name} ${part.version}\n`);
    expect(titles.length).toBeGreaterThan(40);
    for (const title of [...titles, `Node.js ${process.versions.node}\n`, 'Copyright Node.js contributors'])
      expect(copyright).toContain(title);
  });

  test('has a Node that loads the native library', () => {
    const words = [
      '-e',
      "import('koffi').then(({ default: koffi }) => console.log(typeof koffi.load(null).func))",
    ];
    const said = execFileSync(join(content().prefix, 'lib/certd/node'), words, {
      cwd: join(content().prefix, 'lib/certd'),
      encoding: 'utf8',
      env: {},
    });
    expect(said).toBe('function\n');
  });
});

test.each([
  ['deb', () => deb],
  ['rpm', () => rpmTree],
])('certd of the %s runs where the package puts it, without a Node on the machine', (_, content) => {
  const inside =
    'mount -t overlay -o "lowerdir=$1:/usr" overlay /usr; exec env -i PATH=/usr/bin certd --version';
  const words = ['--mount', 'sh', '-ec', inside, 'sh', content().prefix];
  expect(execFileSync('unshare', words, { encoding: 'utf8' })).toBe(`certd ${version}\n`);
});

test('certd of the tarball runs wherever it was moved, also by a link and from elsewhere', () => {
  const [moved, link] = [join(dir, 'moved to'), join(dir, 'certd')];
  mkdirSync(moved);
  renameSync(tar.prefix, join(moved, 'certd-1'));
  symlinkSync(join(moved, 'certd-1/bin/certd'), link);
  const said = execFileSync(link, ['--version'], {
    cwd: '/',
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin' },
  });
  expect(said).toBe(`certd ${version}\n`);
  renameSync(join(moved, 'certd-1'), tar.prefix);
});

test('deb and rpm say what they are and need', () => {
  const control = readFileSync(join(dir, 'deb/DEBIAN/control'), 'utf8');
  expect(control).toContain(`Package: certd\nVersion: ${version}\nArchitecture: ${debArch[own]}\n`);
  expect(control).toContain(
    '\nDepends: libc6 (>= 2.28), libstdc++6 (>= 7), ca-certificates, debconf (>= 0.5) | debconf-2.0\n',
  );
  execFileSync('md5sum', ['--quiet', '--check', 'DEBIAN/md5sums'], { cwd: join(dir, 'deb') });
  const file = join(foreign, `certd-${version}-1.${rpmArch[other]}.rpm`);
  const format = '%{NAME} %{VERSION}-%{RELEASE} %{ARCH} %{LICENSE}\n%{SIGPGP} %{BUILDHOST}\n';
  expect(rpm('-qp', '--queryformat', format, file)).toBe(
    `certd ${version}-1 ${rpmArch[other]} Apache-2.0 AND MIT AND ISC AND BSD-3-Clause\n(none) localhost\n`,
  );
  const needs = rpm('-qp', '--requires', file).trim().split('\n');
  expect(needs.filter(each => !each.startsWith('rpmlib(') && each !== '/bin/sh')).toEqual([
    'ca-certificates',
    'glibc >= 2.28',
    'libstdc++ >= 7',
  ]);
});

test('deb and rpm bring their scripts, which the shell can read', () => {
  const scripts = readdirSync(join(dir, 'deb/DEBIAN')).filter(name => /^(pre|post)/.test(name));
  expect(scripts.sort()).toEqual(['postinst', 'postrm', 'preinst', 'prerm']);
  for (const name of scripts) {
    expect(statSync(join(dir, 'deb/DEBIAN', name)).mode & 0o7777, name).toBe(0o755);
    execFileSync('/bin/dash', ['-n', join(dir, 'deb/DEBIAN', name)]);
  }
  const queried = rpm('-qp', '--queryformat', '%{PREIN}\n%{POSTIN}\n%{PREUN}\n%{POSTUN}\n', files[1] ?? '');
  execFileSync('/bin/dash', ['-n'], { input: queried });
  expect(queried).toContain('hold_units() {');
  expect(queried).not.toMatch(/^\. packaging/m);
});

test('the packages for the other kind of machine have a Node and a library for that', () => {
  const name = `certd-${version}-linux-${other}`;
  const words = ['-xJf', join(foreign, `${name}.tar.xz`), '-C', dir, `${name}/lib/certd`];
  execFileSync('tar', words);
  const lib = join(dir, name, 'lib/certd');
  const native = `node_modules/@koromix/koffi-linux-${other}/linux_${other}/koffi.node`;
  // e_machine of an ELF file: 62 is x86-64, 183 is AArch64.
  const machine = other === 'arm64' ? 183 : 62;
  for (const file of ['node', native])
    expect(readFileSync(join(lib, file)).readUInt16LE(18), file).toBe(machine);
});

test('built anew in another place, by another umask and one processor, for somebody who has settings of rpm, all are byte for byte the same', () => {
  const again = join(dir, 'again');
  const elsewhere = join(dir, 'another checkout');
  const home = join(dir, 'home');
  for (const each of [elsewhere, home]) mkdirSync(each);
  writeFileSync(join(home, '.rpmmacros'), '%packager Somebody\n%vendor Some Vendor\n');
  const inside = 'mount --bind "$1" "$2"; shift 2; umask 077; cd /; exec taskset -c 0 "$@"';
  const wish = ['--fast', '--arch', own, '--out', again];
  const words = [
    '--mount',
    'sh',
    '-ec',
    inside,
    'sh',
    root,
    elsewhere,
    join(elsewhere, 'scripts/package'),
    ...wish,
  ];
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const env = { ...process.env, TZ: 'Asia/Shanghai', HOME: home, XDG_CACHE_HOME: cache };
  execFileSync('unshare', words, { env, stdio: 'ignore' });
  for (const file of files.slice(0, 3)) {
    const bytes = readFileSync(join(again, basename(file)));
    expect(bytes.equals(readFileSync(file)), basename(file)).toBe(true);
  }
}, 600_000);

const pages = globSync('{*,how-to/*}.md', { cwd: join(root, 'docs') }).map(page => `docs/${page}`);

/** Without what the bundler names by itself. */
const shipped = [
  '-rwxr-xr-x bin/certd',
  '-rwxr-xr-x lib/certd/node',
  '-rw-r--r-- lib/certd/package.json',
  '-rw-r--r-- lib/certd/dist/certd.js',
  '-rw-r--r-- lib/certd/dist/cli.js',
  ...['index.js', 'package.json', `linux_${own}/koffi.node`].map(
    path => `-rw-r--r-- lib/certd/node_modules/@koromix/koffi-linux-${own}/${path}`,
  ),
  ...['index.js', 'package.json', 'src/koffi/index.js', 'src/koffi/src/static.js'].map(
    path => `-rw-r--r-- lib/certd/node_modules/koffi/${path}`,
  ),
  ...[
    'certd.service',
    'certd-deploy.path',
    'certd-deploy.service',
    'certd-deploy.timer',
    'certd-http.socket',
    'certd-wait@.service',
  ].map(name => `-rw-r--r-- lib/systemd/system/${name}`),
  '-rw-r--r-- lib/sysusers.d/certd.conf',
  '-rw-r--r-- lib/tmpfiles.d/certd.conf',
  '-rw-r--r-- share/man/man8/certd.8.gz',
  '-rw-r--r-- share/bash-completion/completions/certd',
  '-rw-r--r-- share/zsh/ZSH/_certd',
  '-rw-r--r-- share/fish/vendor_completions.d/certd.fish',
  '-rw-r--r-- share/certd/config.schema.json',
  ...['CHANGELOG.md', 'README.md', 'certd.cdx.json', 'config.example.yaml', 'copyright', ...pages].map(
    name => `-rw-r--r-- share/doc/certd/${name}`,
  ),
];
