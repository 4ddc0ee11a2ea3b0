import { posix } from 'node:path';
import type { OutputFile } from '../../core/deploy/deploy-model.ts';
import type { Target } from '../../core/model.ts';

/** Whose a path is: a file of a certificate of certd below `live/` or `deployed/`, or one of its `files`. */
export type Owner =
  | { readonly kind: 'live'; readonly name: string; readonly file: string }
  | { readonly kind: 'deployed'; readonly name: string; readonly id: string; readonly file: string }
  | { readonly kind: 'output'; readonly name: string; readonly content: OutputFile['content'] };

/**
 * Null where the path is not certd's. `forms`: the path as it is written, and as it reads after each symlink on it has
 * been followed. The first form that is certd's counts, since what lies below `live/` ends below `deployed/`. `roots`:
 * the state directory, as written and without symlinks.
 */
export function ownerOf(
  forms: readonly string[],
  { roots, targets }: { readonly roots: readonly string[]; readonly targets: readonly Target[] },
): Owner | null {
  for (const form of forms) {
    const owner = outputOf(form, targets) ?? roots.map(root => withinState(form, root)).find(each => each);
    if (owner) return owner;
  }
  return null;
}

function outputOf(path: string, targets: readonly Target[]): Owner | null {
  for (const { name, files } of targets) {
    const file = files.find(each => posix.normalize(each.path) === path);
    if (file !== undefined) return { kind: 'output', name, content: file.content };
  }
  return null;
}

function withinState(path: string, root: string): Owner | null {
  const [area, name, ...rest] = posix.relative(root, path).split('/');
  if (name === undefined) return null;
  const [one, two, more] = rest;
  if (area === 'live' && one !== undefined && two === undefined) return { kind: 'live', name, file: one };
  if (area !== 'deployed' || one === undefined || two === undefined || more !== undefined) return null;
  return { kind: 'deployed', name, id: one, file: two };
}
