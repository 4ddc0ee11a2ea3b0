import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './source-tree.ts';

type Machine = 'x64' | 'arm64';

/** Of this machine, and the other one that there are packages for. */
export const own: Machine = process.arch === 'arm64' ? 'arm64' : 'x64';
export const other: Machine = own === 'x64' ? 'arm64' : 'x64';

const ending = { deb: '.deb', rpm: '.rpm', tar: '.tar.xz' };

/** The package of this machine's kind, or of another, that scripts/package builds from what is there, by its path. Built once in a run. */
export function builtPackage(format: 'deb' | 'rpm' | 'tar', machine: Machine = own): string {
  const dir = machine === own ? built(format, own, format) : foreignPackages();
  const file = readdirSync(dir).find(name => name.endsWith(ending[format]));
  if (file === undefined) throw new Error(`scripts/package has built no ${format}`);
  return join(dir, file);
}

/** The directory with all packages of the other kind of machine, as scripts/package leaves it. Built once in a run. */
export function foreignPackages(): string {
  return built('foreign', other, 'all');
}

function built(name: string, machine: Machine, format: string): string {
  const all = process.env['CERTD_TEST_PACKAGES'];
  if (all === undefined) throw new Error('packages are built for tests on booted hosts alone');
  const dir = join(all, name);
  const words = ['--arch', machine, '--format', format, '--fast', '--out', dir];
  if (!existsSync(dir))
    execFileSync(join(root, 'scripts/package'), words, { stdio: ['ignore', 'ignore', 'inherit'] });
  return dir;
}
