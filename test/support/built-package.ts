import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './source-tree.ts';

/** The package of this machine's kind that scripts/package builds from what is there, by its path. Built once in a run. */
export function builtPackage(format: 'deb' | 'rpm' | 'tar'): string {
  const all = process.env['CERTD_TEST_PACKAGES'];
  if (all === undefined) throw new Error('packages are built for tests on booted hosts alone');
  const dir = join(all, format);
  const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
  const words = ['--arch', arch, '--format', format, '--fast', '--out', dir];
  if (!readdirSync(all).includes(format))
    execFileSync(join(root, 'scripts/package'), words, { stdio: ['ignore', 'ignore', 'inherit'] });
  const file = readdirSync(dir).find(name => name.startsWith('certd'));
  if (file === undefined) throw new Error(`scripts/package has built no ${format}`);
  return join(dir, file);
}
