import type { Generation, Observed, Target } from '../model.ts';
import { compromise } from '../revoke/revocation.ts';

/**
 * The generation whose key the next order keeps (`key.reuse`): the newest good one, where its key is of the type that
 * is asked for and in nobody else's hands, another host's included. Null where the order gets a new key.
 */
export function reusableKey(
  { keyReuse, keyType }: Pick<Target, 'keyReuse' | 'keyType'>,
  seen: Pick<Observed, 'issued' | 'revoked' | 'host'>,
): Generation | null {
  const newest = seen.issued.at(-1);
  if (!keyReuse || newest === undefined || newest.id === seen.host.copied) return null;
  return newest.leaf.keyType === keyType && compromise(newest.leaf, seen) === null ? newest : null;
}
