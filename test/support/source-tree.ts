import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** The repository, for tests that hold its rules. */
export const root = join(import.meta.dirname, '..', '..');

export type Source = {
  /** From the root, for example `src/core/plan.ts`. */
  readonly path: string;
  readonly text: string;
  /** Without comments and without the content of strings: what is left is what runs. */
  readonly code: string;
  readonly imports: readonly Import[];
};

type Import = {
  /** A path from the root for our own files, else as written (`node:fs`, `zod`). */
  readonly target: string;
  readonly own: boolean;
  readonly lazy: boolean;
};

const notOurs = new Set(['.git', 'node_modules', 'build', 'dist', 'coverage', '.bench']);

/** Every file of the tree below `directory` (from the root), as paths from the root. */
export function filesBelow(directory: string): string[] {
  const entries = readdirSync(join(root, directory), { withFileTypes: true });
  return entries
    .filter(entry => !notOurs.has(entry.name) && !entry.name.endsWith('.log'))
    .flatMap(entry => {
      const path = posix.join(directory, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    })
    .sort();
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The TypeScript files below `directory`. */
export function sources(directory: string): Source[] {
  return filesBelow(directory)
    .filter(path => path.endsWith('.ts'))
    .map(path => sourceOf(path, readText(path)));
}

export function sourceOf(path: string, text: string): Source {
  const code = text.replaceAll(lexeme, found => (/^["'`]/.test(found) ? `${found[0]}${found[0]}` : ''));
  return { path, text, code, imports: importsOf(path, text) };
}

/** A string, a template or a comment; strings first, so that `//` in a URL is no comment. */
const lexeme = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*/gm;

function importsOf(path: string, text: string): Import[] {
  const uncommented = text.replaceAll(lexeme, found => (found.startsWith('/') ? '' : found));
  const pattern = /\bfrom\s+'([^']+)'|\bimport\s+'([^']+)'|\bimport\(\s*'([^']+)'/g;
  return [...uncommented.matchAll(pattern)].map(([, from, bare, lazy]) => {
    const written = from ?? bare ?? lazy ?? '';
    const own = written.startsWith('.');
    const target = own ? posix.join(posix.dirname(path), written) : written;
    return { target, own, lazy: lazy !== undefined };
  });
}

/** The room that a source file lives in: its folder below src, or the file itself at the top. */
export function roomOf(path: string): string {
  return path.split('/')[1] ?? path;
}
