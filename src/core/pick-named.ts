import { CertdError } from './errors.ts';
import { firstNames } from './first-names.ts';

/** The named ones in their own order; all where no name is given. Throws `usage` for an unknown name. */
export function pickNamed<T extends { readonly name: string }>(
  all: readonly T[],
  names: readonly string[],
): readonly T[] {
  if (names.length === 0) return all;
  const known = new Set(all.map(({ name }) => name));
  const wanted = new Set(names);
  const unknown = names.filter(name => !known.has(name));
  if (unknown.length === 0) return all.filter(({ name }) => wanted.has(name));
  const message = `no certificate is named ${unknown.join(', ')}; there are: ${firstNames([...known], 20)}`;
  throw new CertdError('usage', message);
}
