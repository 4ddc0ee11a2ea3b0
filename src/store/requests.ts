import { systemErrorOf } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import type { Disk } from '../core/ports.ts';
import { inIssuerPlace } from './issuer-place.ts';
import { corrupt } from './json.ts';
import type { Layout } from './layout.ts';
import { lookAt } from './place.ts';

/** When the deployer was asked and has not begun since (docs/state.md section 11); null where it was not. */
export function requestedAt(layout: Layout, name: string): Instant | null {
  const found = inIssuerPlace(layout, layout.requests, corrupt, place => lookAt(place, name));
  return found === null ? null : Math.floor(found.mtimeMs);
}

/** Asks the deployer to look what is owed. Who asked already has asked. */
export async function writeRequest(disk: Disk, layout: Layout, name: string): Promise<void> {
  try {
    await disk.writeNew(layout.requestOf(name), new Uint8Array(), 0o600);
  } catch (thrown) {
    if (systemErrorOf(thrown)?.code !== 'EEXIST') throw thrown;
  }
}
