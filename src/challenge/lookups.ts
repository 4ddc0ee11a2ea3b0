import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { openQueue } from '../host/queue.ts';

/** The lookups of one check, which nobody wants any more once `limit` is aborted. */
export type Lookups = (limit: AbortSignal) => {
  /** For `node:http`. */
  readonly lookup: LookupFunction;
  /** Whether one has not begun, because others are before it. */
  readonly isWaiting: () => boolean;
};

/**
 * One name at a time: the system's resolver takes up to a minute for a name whose servers are silent, nothing
 * can end that, and libuv has two threads for it (`UV_THREADPOOL_SIZE` 4). The other is left to the CAs.
 */
export function openLookups(lookup: LookupFunction = systemLookup): Lookups {
  const inTurn = openQueue();
  return limit => {
    let waiting = false;
    /** The turn ends with the lookup, whether or not somebody still waits for it. */
    const take = (...[hostname, options, callback]: Parameters<LookupFunction>) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting = false;
      lookup(hostname, options, (...answer) => {
        resolve();
        callback(...answer);
      });
      return promise;
    };
    return {
      lookup: (hostname, options, callback) => {
        waiting = true;
        // Whoever gave up has destroyed the socket that would take the answer.
        inTurn(async () => (limit.aborted ? undefined : take(hostname, options, callback))).catch(
          (thrown: NodeJS.ErrnoException) => callback(thrown, ''),
        );
      },
      isWaiting: () => waiting,
    };
  };
}
