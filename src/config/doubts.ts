import { coarserThanHourly } from '../host/schedule.ts';
import type { DecodedFiles } from './normalise.ts';

/** What is valid and probably not meant, at places of the main file. */
export function doubts({ main, certificates }: DecodedFiles): { path: PropertyKey[]; message: string }[] {
  const found = [];
  if (certificates.length === 0) {
    found.push({ path: [], message: 'there are no `certificates`: certd has nothing to do' });
  }
  if (main.schedule !== undefined && coarserThanHourly(main.schedule)) {
    found.push({
      path: ['schedule'],
      message:
        'certd looks less often than hourly: failed attempts wait long, and a moment that the CA names can be missed. It is a poll, not a renewal window; "* * * * *" costs next to nothing',
    });
  }
  return found;
}
