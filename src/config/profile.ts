import type { ProfileChoice } from '../core/model.ts';
import { isOneProfile, type WrittenProfile } from './schema-profile.ts';

/** The profile that is asked for at one CA: that of the first place which says something of this CA. */
export function profileOf(ca: string, places: readonly (WrittenProfile | undefined)[]): ProfileChoice | null {
  for (const written of places) {
    const found = written === undefined ? null : at(ca, written);
    if (found !== null) return found;
  }
  return null;
}

function at(ca: string, written: WrittenProfile): ProfileChoice | null {
  if (typeof written === 'string') return { name: written, required: false };
  if (isOneProfile(written)) return { name: written.name, required: written.required ?? false };
  const own = Object.hasOwn(written, ca) ? written[ca] : undefined;
  return own === undefined ? null : at(ca, own);
}
