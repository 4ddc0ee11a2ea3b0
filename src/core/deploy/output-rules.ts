import type { Owner } from '../ports.ts';

/** What decides whether a directory is safe to write an output file below. `mode` as stat(2) has it. */
type DirectoryFacts = { readonly uid: number; readonly mode: number };

/** The directory's own entries may be moved by their owners only. */
const sticky = 0o1000;

/**
 * What is wrong with a directory on the way to an output file; null: nothing. `trusted`: the users who may decide
 * what is at the path; `holds`: it is the file's own directory, not one above it. The reasons are in
 * docs/decisions/2026-11-24-output-files.md.
 */
export function directoryFault(
  { uid, mode }: DirectoryFacts,
  { trusted, holds }: { readonly trusted: readonly number[]; readonly holds: boolean },
): string | null {
  if (!trusted.includes(uid)) return `belongs to user ${uid}, who could put another file there`;
  // As in /tmp: nobody can move away what root or the owner of the file has there.
  if (!holds && uid === 0 && (mode & sticky) !== 0) return null;
  if ((mode & 0o002) !== 0) return 'may be written by everybody, who could put another file there';
  if ((mode & 0o020) !== 0) return 'may be written by its group, which could put another file there';
  return null;
}

/** Whether an error says that nothing was written because of what is at the path or who may be there. */
export function isOutputRefusal(code: string): boolean {
  return code.startsWith('output-');
}

/** Why the kernel would not let `giver` make `owner` the owner of a file (chown(2)); null: it would. */
export function giftFault(
  { uid, gid }: Owner,
  giver: Owner & { readonly groups: readonly number[] },
): string | null {
  if (giver.uid === 0) return null;
  if (uid !== giver.uid) return `only root may give a file to user ${uid}`;
  if (gid === giver.gid || giver.groups.includes(gid)) return null;
  return `only root and members of group ${gid} may give a file to it`;
}
