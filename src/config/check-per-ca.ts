import { knownAuthorities } from './check-authorities.ts';
import type { Entry, Located } from './entries.ts';
import { didYouMean } from './nearest.ts';
import type { Source } from './parse.ts';
import { at } from './schema-findings.ts';

/** A CA that a profile or a preferred chain is given for must exist. Whether it has it to give, only the CA says. */
export function perCaFindings(main: Source, entries: readonly Entry[]): Located[] {
  const known = knownAuthorities(main);
  const owners = [{ source: main, path: ['defaults'] }, ...entries];
  return owners.flatMap(({ source, path }) =>
    ['profile', 'preferred_chain'].flatMap(key => {
      const unknown = casIn(at(source.data, [...path, key])).filter(ca => !known.includes(ca));
      return unknown.map(ca => {
        const message = `there is no CA \`${ca}\`${didYouMean(ca, known)}`;
        const finding = { code: 'config-invalid', path: [...path, key, ca], onKey: true, message } as const;
        return { source, finding };
      });
    }),
  );
}

/** The keys of a mapping from CA to something; that of one profile, or an attempt at it, is none. */
function casIn(written: unknown): readonly string[] {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return [];
  return 'name' in written || 'required' in written ? [] : Object.keys(written);
}
