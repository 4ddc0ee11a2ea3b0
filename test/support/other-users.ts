import { readFileSync } from 'node:fs';

/** In numbers; no account needs to have them. */
export type User = { readonly uid: number; readonly gid: number };

/** Somebody with no rights of his own (`certd-app` of scripts/in-netns, where that runs). */
export const somebody: User = { uid: 64_304, gid: 64_304 };

/**
 * Whether this process can run others as other users. Not without root, and not in a user namespace made by
 * `unshare --map-root-user`, which knows root alone.
 */
export function canBeOtherUsers(): boolean {
  if (process.geteuid?.() !== 0) return false;
  const map = readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/).map(Number);
  return (map[2] ?? 0) > 65_534;
}
