import { readFileSync } from 'node:fs';

/** The number of a name in a file of the form of /etc/passwd and /etc/group (`name:x:number:…`); null where it has no such name. */
export function numberIn(file: string, name: string): number | null {
  return numberOf(lineOf(file, name)?.[2]);
}

export type HostUser = { readonly uid: number; readonly gid: number };

/** A user of a file of the form of /etc/passwd, with his own group; null where it has no such name. */
export function userIn(file: string, name: string): HostUser | null {
  const [, , uid, gid] = lineOf(file, name) ?? [];
  const user = { uid: numberOf(uid), gid: numberOf(gid) };
  return user.uid === null || user.gid === null ? null : { uid: user.uid, gid: user.gid };
}

/** The numbers of the groups that a user is a member of by a file of the form of /etc/group, beside his own. */
export function groupsWith(file: string, member: string): readonly number[] {
  const groups = linesOf(file).filter(([, , , members]) => members?.split(',').includes(member));
  return groups.map(([, , gid]) => numberOf(gid)).filter(gid => gid !== null);
}

/** The first line counts, as it does to the system. */
function lineOf(file: string, name: string): readonly string[] | null {
  return linesOf(file).find(([found]) => found === name) ?? null;
}

function linesOf(file: string): readonly (readonly string[])[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.map(line => line.split(':'));
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}
