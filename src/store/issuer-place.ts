import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { systemErrorOf } from '../core/errors.ts';
import { heldPath, pathOnly } from './held-directory.ts';
import type { Layout } from './layout.ts';
import { namedFor } from './output-directory.ts';
import { lookAt, ownerFault, type Place, type Refuse } from './place.ts';

type HeldPlace = Place & { readonly close: () => void };

const toHold = pathOnly | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * The one way into what lies below `issuer/`, whose owner may mean harm to whoever reads there (docs/state.md section 2).
 * Each directory on the way is opened by its name in the one before, which is held open, and no link is followed:
 * whatever is put in its place meanwhile, `use` reads in `issuer/`. Null where there is none; what is no directory
 * of that owner's or root's is refused.
 */
export function inIssuerPlace<T>(
  layout: Layout,
  path: string,
  refuse: Refuse,
  use: (place: Place) => T,
): T | null {
  const place = holdIssuerPlace(layout, path, refuse);
  return place === null ? null : useOf(place, use);
}

/** The same for a directory in one that is held. */
export function inPlace<T>(place: Place, name: string, refuse: Refuse, use: (inner: Place) => T): T | null {
  const inner = enter(place, name, refuse);
  return inner === null ? null : useOf(inner, use);
}

/** The caller closes what it gets. */
function holdIssuerPlace(layout: Layout, path: string, refuse: Refuse): HeldPlace | null {
  const [first = '', ...others] = relative(layout.issuer, path).split('/');
  let held = enter(topOf(layout), first, refuse);
  for (const name of others) {
    if (held === null) return null;
    const outer = held;
    held = useOf(outer, () => enter(outer, name, refuse));
  }
  return held;
}

/** How `issuer/` itself is reached is for the owner of the state directory to say. */
function topOf(layout: Layout): Place {
  return {
    path: layout.issuer,
    at: name => join(layout.issuer, name),
    size: null,
    mayOwn: uid => isOwner(layout, uid),
  };
}

const owners = new WeakMap<Layout, number>();

/** Whether `issuer/` is his. Looked at again before somebody is told that it is not. */
function isOwner(layout: Layout, uid: number): boolean {
  if (owners.get(layout) === uid) return true;
  const found = statSync(layout.issuer, { throwIfNoEntry: false });
  if (found === undefined) return false;
  owners.set(layout, found.uid);
  return found.uid === uid;
}

function useOf<T>(place: HeldPlace, use: (place: Place) => T): T {
  try {
    return use(place);
  } finally {
    place.close();
  }
}

function enter(outer: Place, name: string, refuse: Refuse): HeldPlace | null {
  const path = join(outer.path, name);
  try {
    // Most names have no order under way, and an exception costs more than to look.
    if (lookAt(outer, name) === null) return null;
    const descriptor = openSync(outer.at(name), toHold);
    const found = fstatSync(descriptor);
    const fault = ownerFault(found, outer);
    if (fault !== null) {
      closeSync(descriptor);
      throw refuse(path, fault);
    }
    return {
      path,
      at: inner => `${heldPath(descriptor)}/${inner}`,
      size: found.size,
      mayOwn: outer.mayOwn,
      close: () => closeSync(descriptor),
    };
  } catch (thrown) {
    const code = systemErrorOf(thrown)?.code;
    if (code === 'ENOENT') return null;
    if (code === 'ENOTDIR' || code === 'ELOOP') throw refuse(path, 'it is no directory');
    throw namedFor(path, thrown);
  }
}
