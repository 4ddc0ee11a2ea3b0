/** One at a time for each key; the others wait in the order in which they came. */
export type Turns = {
  isFree(key: string): boolean;
  /** Resolves with the end of the turn, which must be called whatever happens. */
  take(key: string): Promise<() => void>;
};

/** Keeps two passes from working on one certificate, and two batches from deploying, at the same time. */
export function openTurns(): Turns {
  const last = new Map<string, Promise<void>>();
  return {
    isFree: key => !last.has(key),
    async take(key) {
      const before = last.get(key);
      const { promise, resolve } = Promise.withResolvers<void>();
      last.set(key, promise);
      await before;
      return () => {
        if (last.get(key) === promise) last.delete(key);
        resolve();
      };
    },
  };
}
