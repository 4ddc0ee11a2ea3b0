import { readFileSync } from 'node:fs';

/** A group's number by its name, from /etc/group; null where there is no such group. */
export function groupId(name: string, groupFile = '/etc/group'): number | null {
  for (const line of readFileSync(groupFile, 'utf8').split('\n')) {
    const [found, , gid] = line.split(':');
    if (found === name && gid !== undefined && /^\d+$/.test(gid)) return Number(gid);
  }
  return null;
}
