import type { Asked } from '../core/due.ts';

/** One request for a pass: over all certificates (null) or some. */
export type PassRequest = { readonly names: readonly string[] | null; readonly asked: Asked };

/** Runs jobs one after the other: passes, and what must not fall into the middle of one. */
export function jobQueue() {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run<T>(job: () => Promise<T> | T): Promise<T> {
      const result = last.then(job, job);
      last = result;
      return result;
    },
    /** Resolves when what was queued so far has ended, however it ended. */
    drained: async (): Promise<void> => {
      await Promise.allSettled([last]);
    },
  };
}
