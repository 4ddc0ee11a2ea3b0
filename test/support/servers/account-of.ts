import { readFileSync } from 'node:fs';

/** Numbers of a user and of its group, from /etc/passwd. */
export function accountOf(user: string): [uid: number, gid: number] {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find(each => each.startsWith(`${user}:`));
  if (line === undefined) throw new Error(`there is no user ${user} here: run this through scripts/in-netns`);
  const [, , uid, gid] = line.split(':');
  return [Number(uid), Number(gid)];
}
