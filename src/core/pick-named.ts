import { CertdError } from './errors.ts';
import { firstNames } from './text/first-names.ts';

type Named = { readonly name: string; readonly domains?: readonly string[] };

/** The named ones in their own order; all where no name is given. Throws `usage` for an unknown name. */
export function pickNamed<T extends Named>(all: readonly T[], names: readonly string[]): readonly T[] {
  if (names.length === 0) return all;
  const known = new Set(all.map(({ name }) => name));
  const wanted = new Set(names);
  const unknown = names.filter(name => !known.has(name));
  if (unknown.length === 0) return all.filter(({ name }) => wanted.has(name));
  const told = unknown.map(name => `${name}${domainOf(name, all)}`).join(', ');
  throw new CertdError('usage', `no certificate is named ${told}; there are: ${firstNames([...known], 20)}`);
}

/** Whoever knows a certificate by one of its domains is told its name. */
function domainOf(word: string, all: readonly Named[]): string {
  const domain = word.toLowerCase();
  const owner = all.find(({ domains = [] }) => domains.includes(domain));
  return owner === undefined ? '' : ` (a domain of ${owner.name})`;
}
