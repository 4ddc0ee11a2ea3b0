import { systemErrorOf } from '../core/errors.ts';
import type { Disk } from '../core/ports.ts';
import type { Layout } from './layout.ts';
import { exists } from './replace-file.ts';

/** Whether the deployer was asked and has not begun since (docs/state.md section 11). */
export function isRequested(layout: Layout, name: string): boolean {
  return exists(layout.requestOf(name));
}

/** Asks the deployer to look what is owed. Who asked already has asked. */
export async function writeRequest(disk: Disk, layout: Layout, name: string): Promise<void> {
  try {
    await disk.writeNew(layout.requestOf(name), new Uint8Array(), 0o600);
  } catch (thrown) {
    if (systemErrorOf(thrown)?.code !== 'EEXIST') throw thrown;
  }
}
