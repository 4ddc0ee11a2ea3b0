import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { rpmPrograms } from '../../scripts/packaging/rpm-programs.ts';
import { root } from './source-tree.ts';

/** A package, opened with the tools that its format has. */
export type PackageContent = {
  /** What is in it, as `MODE OWNER:GROUP PATH`, sorted; paths are absolute, or begin with the directory of the tarball. */
  readonly list: readonly string[];
  /** The directory that its files are unpacked into: its `usr`, or that of the tarball. */
  readonly prefix: string;
};

export function debContent(file: string, dir: string): PackageContent {
  mkdirSync(dir, { recursive: true });
  run('dpkg-deb', ['--extract', file, dir]);
  run('dpkg-deb', ['--control', file, join(dir, 'DEBIAN')]);
  return { list: tarList(run('dpkg-deb', ['--contents', file])), prefix: join(dir, 'usr') };
}

export function tarContent(file: string, dir: string): PackageContent {
  mkdirSync(dir, { recursive: true });
  run('tar', ['-xJf', file, '-C', dir]);
  const [top = ''] = readdirSync(dir);
  return { list: tarList(run('tar', ['-tvJf', file])), prefix: join(dir, top) };
}

export function rpmContent(file: string, dir: string): PackageContent {
  mkdirSync(dir, { recursive: true });
  const quiet = ['--nodeps', '--noscripts', '--ignorearch', '--nosignature'];
  rpm('--root', dir, '--install', ...quiet, file);
  const list = rpm(
    '-qp',
    '--queryformat',
    '[%{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILENAMES}\n]',
    file,
  );
  return { list: list.trim().split('\n').sort(), prefix: join(dir, 'usr') };
}

/** The standard output of rpm(8). */
export function rpm(...words: readonly string[]): string {
  const { bin, env } = rpmPrograms(root);
  return run(join(bin, 'rpm'), words, env);
}

/** The lines of `tar -tv`, in the words of this module. A directory of a deb begins with a dot and ends with a slash. */
function tarList(text: string): string[] {
  const lines = text.trim().split('\n');
  return lines
    .map(line => /^(\S+) (\S+)\/(\S+) +\d+ \S+ \S+ (.*)$/.exec(line) ?? [])
    .map(
      ([, mode, owner, group, path = '']) =>
        `${mode} ${owner}:${group} ${path.replace(/^\./, '').replace(/(?<=.)\/$/, '')}`,
    )
    .sort();
}

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  return execFileSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { PATH: process.env['PATH'], LC_ALL: 'C', ...env },
  });
}
