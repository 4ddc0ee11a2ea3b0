import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

type Wish = {
  readonly name?: string;
  readonly version?: string;
  /** As the kind of package calls it; else that of x86-64. */
  readonly machine?: string;
  /** Scripts of the maintainer, by their name. */
  readonly scripts?: Readonly<Record<string, string>>;
  /** A file of zeros in it, of that many bytes. */
  readonly ballast?: number;
  /** What tells it from another build of the same version. */
  readonly build?: string;
};

/** Notes what it is asked for, each argument ended by a NUL, and says what a certd without a daemon would. */
const program = `#!/bin/sh
case $1 in
  --version) echo 0.1.0 ;;
  init) printf '%s\\0' "$@" >/run/certd-asked; exit "\${FAKE_INIT_CODE:-0}" ;;
  status) echo 'UNKNOWN: daemon-dead; 0 certificates' && exit 3 ;;
  *) echo "the small certd knows no $1" >&2; exit 99 ;;
esac
`;

/** A .deb with a program that stands for certd. */
export function writeSmallDeb(file: string, { scripts = {}, build = 'first', ...wish }: Wish = {}): void {
  const { name = 'certd', version = '0.1.0', machine = 'amd64' } = wish;
  const control = `Package: ${name}\nVersion: ${version}\nArchitecture: ${machine}\nMaintainer: x\nDescription: x\n`;
  inTree(dir => {
    const text = `${program}# ${build}\n`;
    write(join(dir, 'usr/bin', name), text);
    write(join(dir, 'DEBIAN/md5sums'), `${createHash('md5').update(text).digest('hex')}  usr/bin/${name}\n`);
    write(join(dir, 'DEBIAN/control'), control);
    for (const [each, text] of Object.entries(scripts)) write(join(dir, 'DEBIAN', each), text);
    execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', dir, file]);
  });
}

/** The tarball with such a program, and no units. */
export function writeSmallTarball(file: string, { ballast = 0, ...wish }: Wish = {}): void {
  const { name = 'certd', version = '0.1.0', machine = 'x64' } = wish;
  inTree(dir => {
    const top = `${name}-${version}-linux-${machine}`;
    write(join(dir, top, 'bin/certd'), program);
    if (ballast > 0) {
      write(join(dir, top, 'lib/ballast'), '');
      truncateSync(join(dir, top, 'lib/ballast'), ballast);
    }
    execFileSync('tar', ['-cJf', file, '-C', dir, top], { env: { ...process.env, XZ_OPT: '-0 -T0' } });
  });
}

function inTree(fill: (dir: string) => void): void {
  const dir = mkdtempSync(join(tmpdir(), 'certd-small-'));
  try {
    // dpkg-deb keeps its mode as that of the root of the host.
    chmodSync(dir, 0o755);
    fill(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o755 });
}
