import type { Asked } from '../core/issue/due.ts';

/** One request for a pass: over all certificates (null) or some. */
export type PassRequest = { readonly names: readonly string[] | null; readonly asked: Asked };

/** What `certd renew` with these words asks for. */
export function askedBy(names: readonly string[] | null, force: boolean): PassRequest['asked'] {
  if (force) return 'forced';
  return names === null ? 'pass' : 'named';
}
