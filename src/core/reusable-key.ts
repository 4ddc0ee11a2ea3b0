import type { Generation, Observed, Target } from './model.ts';

/**
 * The generation whose key the next order keeps (`key.reuse`): the newest good one, where its key is of the type that
 * is asked for. Null where the order gets a new key.
 */
export function reusableKey(
  { keyReuse, keyType }: Pick<Target, 'keyReuse' | 'keyType'>,
  { issued }: Pick<Observed, 'issued'>,
): Generation | null {
  const newest = issued.at(-1);
  if (!keyReuse || newest === undefined) return null;
  return newest.leaf.keyType === keyType ? newest : null;
}
