import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Locked } from './lock.ts';
import { run } from './run.ts';

/**
 * The directory with the content of an npm package, also of one for another kind of machine, which `npm ci` leaves out. It is
 * fetched by npm, checked against package-lock.json and unpacked into `cache`, once; what is there is complete.
 * `pack` puts the tarball into a directory and says its name.
 */
export function fetchPackage(
  cache: string,
  { name, version, integrity }: Locked,
  pack: (spec: string, into: string) => string = npmPack,
): string {
  const id = `npm-${name.replace('@', '').replace('/', '+')}-${version}`;
  // The hash in the name: another tarball of the same version is another directory.
  const dir = join(cache, `${id}-${createHash('sha256').update(integrity).digest('hex').slice(0, 8)}`);
  if (existsSync(dir)) return dir;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, '.work.'));
  try {
    const tarball = join(work, pack(`${name}@${version}`, work));
    checkIntegrity(tarball, integrity);
    run('tar', ['-xzf', tarball, '--no-same-owner', '-C', work]);
    putInPlace(join(work, 'package'), dir);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return dir;
}

function npmPack(spec: string, into: string): string {
  return run('npm', ['pack', '--silent', spec], { cwd: into }).trim();
}

/** Throws unless the bytes of the file are those of the hash: `sha512-` and Base64. */
function checkIntegrity(file: string, integrity: string): void {
  const [, wanted = ''] = /^sha512-(\S+)$/.exec(integrity) ?? [];
  const found = createHash('sha512').update(readFileSync(file)).digest('base64');
  if (found !== wanted)
    throw new Error(`${file} is not what package-lock.json pins: sha512-${found}, not ${integrity}`);
}

function putInPlace(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (thrown) {
    // Another build may have been quicker; its result is as good.
    if (!existsSync(to)) throw thrown;
  }
}
