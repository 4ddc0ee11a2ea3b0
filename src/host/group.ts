import { numberIn } from './account-file.ts';

/** A group's number by its name, from /etc/group; null where there is no such group. */
export function groupId(name: string, groupFile = '/etc/group'): number | null {
  return numberIn(groupFile, name);
}
