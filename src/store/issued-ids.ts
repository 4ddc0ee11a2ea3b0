import { generationIds } from './generation.ts';
import { inIssuerPlace } from './issuer-place.ts';
import { corrupt } from './json.ts';
import type { Layout } from './layout.ts';
import { entriesOf, type Place } from './place.ts';

/** Three are kept, and a few more while deploys fail: so many were made by somebody who means no good. */
const most = 256;

/** The ids of the generations that are issued for a name, oldest first. Throws `state-corrupt`. */
export function issuedIds(layout: Layout, name: string): readonly string[] {
  return inIssuerPlace(layout, layout.issuedOf(name), corrupt, idsIn) ?? [];
}

/** The same in the directory of the name. */
export function idsIn(place: Place): readonly string[] {
  return generationIds(entriesOf(place, { most, refuse: corrupt }).map(({ name }) => name));
}
