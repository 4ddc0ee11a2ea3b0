import { CertdError } from '../core/errors.ts';

/** How urgent a certificate is: compared number by number, the smaller goes first. */
export type Rank = readonly number[];

/** A place at a CA, whose end must be called whatever happens; or why there is none. */
type Place =
  | { readonly kind: 'in'; readonly leave: () => void }
  | { readonly kind: 'away'; readonly error: CertdError };

/** Room at each CA for so many certificates at once. A CA that is slow or dead fills its own lane only. */
export type Lanes = {
  /** Waits for a place. Rejects with `stopped` after the abort. */
  enter(ca: string, rank: Rank, signal: AbortSignal): Promise<Place>;
  /** Sends away all that wait for this CA: one after the other they would learn the same, half a minute each. */
  turnAway(ca: string, error: CertdError): void;
};

type Waiter = {
  readonly rank: Rank;
  /** Null: let in. */
  readonly call: (away: CertdError | null) => void;
};

export function openLanes(places: number): Lanes {
  const taken = new Map<string, number>();
  const queues = new Map<string, Waiter[]>();
  const queueOf = (ca: string) => {
    const queue = queues.get(ca) ?? [];
    queues.set(ca, queue);
    return queue;
  };
  const leave = (ca: string) => {
    const next = queueOf(ca).shift();
    if (next === undefined) taken.set(ca, (taken.get(ca) ?? 1) - 1);
    else next.call(null);
  };
  return {
    async enter(ca, rank, signal) {
      if (signal.aborted) throw stopped();
      const inside = taken.get(ca) ?? 0;
      if (inside < places) taken.set(ca, inside + 1);
      else {
        const error = await wait(queueOf(ca), rank, signal);
        if (error !== null) return { kind: 'away', error };
      }
      return { kind: 'in', leave: () => leave(ca) };
    },
    turnAway(ca, error) {
      for (const { call } of queueOf(ca).splice(0)) call(error);
    },
  };
}

async function wait(queue: Waiter[], rank: Rank, signal: AbortSignal): Promise<CertdError | null> {
  const { promise, resolve, reject } = Promise.withResolvers<CertdError | null>();
  const waiter = { rank, call: resolve };
  const behind = queue.findIndex(other => isBefore(rank, other.rank));
  queue.splice(behind === -1 ? queue.length : behind, 0, waiter);
  const abort = () => {
    const index = queue.indexOf(waiter);
    // Not there any more: it was called a moment ago, and whoever is let in sees the abort.
    if (index === -1) return;
    queue.splice(index, 1);
    reject(stopped());
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function isBefore(a: Rank, b: Rank): boolean {
  const differing = a.findIndex((number, index) => number !== b[index]);
  return differing !== -1 && (a[differing] ?? 0) < (b[differing] ?? 0);
}

function stopped(): CertdError {
  return new CertdError('stopped', 'certd is being stopped');
}
