import type { Instant, Millis } from '../core/instant.ts';

type Terms = {
  readonly ms: Millis;
  readonly now: () => Instant;
  /** What the thing is made of: it is made anew when one of them is not the same value any more. */
  readonly of: () => readonly unknown[];
};

/** Makes something anew only where the last one is `ms` old, or is made of something else, or is of the future. */
export function cachedFor<T>({ ms, now, of }: Terms, make: () => T): () => T {
  let last: { readonly at: Instant; readonly parts: readonly unknown[]; readonly made: T } | null = null;
  return () => {
    const at = now();
    const parts = of();
    if (last === null || at < last.at || at - last.at >= ms || !isSame(parts, last.parts)) {
      last = { at, parts, made: make() };
    }
    return last.made;
  };
}

function isSame(parts: readonly unknown[], others: readonly unknown[]): boolean {
  return parts.length === others.length && parts.every((part, index) => Object.is(part, others[index]));
}
