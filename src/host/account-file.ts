import { readFileSync } from 'node:fs';

/** The number of a name in a file of the form of /etc/passwd and /etc/group (`name:x:number:…`); null where it has no such name. */
export function numberIn(file: string, name: string): number | null {
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [found, , number] = line.split(':');
    if (found === name && number !== undefined && /^\d+$/.test(number)) return Number(number);
  }
  return null;
}
