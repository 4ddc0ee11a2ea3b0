import type { Asked } from '../core/due.ts';
import { CertdError } from '../core/errors.ts';

/** One request for a pass: over all certificates (null) or some. */
export type PassRequest = { readonly names: readonly string[] | null; readonly asked: Asked };

/** What `certd renew` with these words asks for. */
export function askedBy(names: readonly string[] | null, force: boolean): PassRequest['asked'] {
  if (force) return 'forced';
  return names === null ? 'pass' : 'named';
}

/** Runs jobs one after the other: passes, and what must not fall into the middle of one. */
export function jobQueue() {
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  return {
    /** Rejects with `stopped` where the queue is closed before the job has begun. */
    run<T>(job: () => Promise<T> | T): Promise<T> {
      const unlessClosed = () => {
        if (closed) throw new CertdError('stopped', 'certd is being stopped');
        return job();
      };
      const result = last.then(unlessClosed, unlessClosed);
      last = result;
      return result;
    },
    /** Begins no further job. Resolves when the one under way has ended, however it ended. */
    close: async (): Promise<void> => {
      closed = true;
      await Promise.allSettled([last]);
    },
  };
}
