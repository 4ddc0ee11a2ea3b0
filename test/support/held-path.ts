import { readlinkSync } from 'node:fs';

/** Where a path in a directory that is held open (`store/output-directory.ts`) leads to at the moment. */
export function heldPath(path: string): string {
  const [held] = /^\/proc\/self\/fd\/\d+/.exec(path) ?? [];
  return held === undefined ? path : readlinkSync(held) + path.slice(held.length);
}
