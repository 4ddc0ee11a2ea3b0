import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { systemErrorOf } from '../core/errors.ts';

/** The absolute path of a program, or why it cannot be run, as execvp(3) would find it on `searchPath`, with `/` as working directory. */
export type FoundProgram = { readonly path: string } | { readonly path: null; readonly why: string };

export function findProgram(file: string, searchPath: string): FoundProgram {
  const places = file.includes('/') ? ['/'] : searchPath.split(':');
  let why = 'no such program';
  for (const place of places) {
    const path = resolve('/', place, file);
    const wrong = whyNot(path);
    if (wrong === null) return { path };
    // One that is there says more than those that are not.
    if (wrong !== 'ENOENT' && wrong !== 'ENOTDIR') why = 'not executable';
  }
  return { path: null, why };
}

/** An errno, or null. */
function whyNot(path: string): string | null {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() ? null : 'EACCES';
  } catch (thrown) {
    const code = systemErrorOf(thrown)?.code;
    if (code === undefined) throw thrown;
    return code;
  }
}
