import { knownAuthorities } from './check-authorities.ts';
import type { Entry, Located } from './entries.ts';
import { didYouMean } from './nearest.ts';
import type { Source } from './parse.ts';
import { at } from './schema-findings.ts';

/** A CA that a profile is given for must exist. Whether the CA offers the profile, only its directory says. */
export function profileFindings(main: Source, entries: readonly Entry[]): Located[] {
  const known = knownAuthorities(main);
  const places = [
    { source: main, path: ['defaults', 'profile'] },
    ...entries.map(({ source, path }) => ({ source, path: [...path, 'profile'] })),
  ];
  return places.flatMap(({ source, path }) => {
    const written = at(source.data, path);
    if (typeof written !== 'object' || written === null || Array.isArray(written)) return [];
    // The form of one profile, or an attempt at it.
    if ('name' in written || 'required' in written) return [];
    const unknown = Object.keys(written).filter(ca => !known.includes(ca));
    return unknown.map(ca => {
      const message = `there is no CA \`${ca}\`${didYouMean(ca, known)}`;
      return { source, finding: { code: 'config-invalid', path: [...path, ca], onKey: true, message } };
    });
  });
}
