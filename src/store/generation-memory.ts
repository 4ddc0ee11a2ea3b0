import { lstatSync } from 'node:fs';
import { systemErrorOf } from '../core/errors.ts';
import type { Generation, Leaf } from '../core/model.ts';
import { generationFiles, type Layout } from './layout.ts';
import { type Place, trustedPlace } from './place.ts';

type Remembered = { readonly stamp: string; readonly generation: Generation };

const memories = new WeakMap<Layout, Map<string, Map<string, Remembered>>>();

/** What is known of the generation with this id in `place`, else what `read` says. */
export type Recall = (id: string, place: Place, read: () => Generation) => Generation;

/**
 * A look at the issued generations of one name, each read only once as long as its files stay the same: they never
 * change once issued, and parsing keys and certificates is most of what a look costs. The stamp (inode, mode, size and
 * change time of each file) notices whoever changes one all the same. What is not asked for is forgotten.
 */
export function remembering<T>(layout: Layout, name: string, look: (recall: Recall) => T): T {
  const names = memories.get(layout) ?? new Map<string, Map<string, Remembered>>();
  memories.set(layout, names);
  const before = names.get(name);
  const after = new Map<string, Remembered>();
  names.set(name, after);
  return look((id, place, read) => {
    const stamp = stampOf(place);
    const known = before?.get(id);
    const generation = known !== undefined && known.stamp === stamp ? known.generation : read();
    if (stamp !== null) after.set(id, { stamp, generation });
    return generation;
  });
}

type RememberedLeaf = { readonly stamp: string; readonly leaf: Leaf };

const leaves = new WeakMap<Layout, Map<string, RememberedLeaf>>();

/** The same for the leaf of a deployed generation. `directory` is its place; of each name the last is kept. */
export function readRememberedLeaf(
  layout: Layout,
  name: string,
  directory: string,
  read: (directory: string) => Leaf,
): Leaf {
  const names = leaves.get(layout) ?? new Map<string, RememberedLeaf>();
  leaves.set(layout, names);
  const identity = identityOf(trustedPlace(directory).at('cert.pem'));
  const stamp = identity === null ? null : `${directory} ${identity}`;
  const known = names.get(name);
  if (known !== undefined && known.stamp === stamp) return known.leaf;
  names.delete(name);
  const leaf = read(directory);
  if (stamp !== null) names.set(name, { stamp, leaf });
  return leaf;
}

/** Null where a file cannot be looked at: such a generation is read each time, and the reader says why. */
function stampOf(place: Place): string | null {
  const parts = [...generationFiles, 'generation.json'].map(file => identityOf(place.at(file)));
  return parts.includes(null) ? null : parts.join(' ');
}

function identityOf(path: string): string | null {
  try {
    const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (found === undefined) return null;
    const { ino, ctimeNs, size, mode } = found;
    return `${ino}:${ctimeNs}:${size}:${mode}`;
  } catch (thrown) {
    if (systemErrorOf(thrown) !== null) return null;
    throw thrown;
  }
}
