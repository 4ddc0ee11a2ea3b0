import { CertdError } from '../core/errors.ts';
import type { Instant, Millis } from '../core/instant.ts';
import { outageDelay } from '../core/issue/backoff.ts';

/** How urgent a certificate is: compared number by number, the smaller goes first. */
export type Rank = readonly number[];

/** A place at a CA, whose end must be called whatever happens; or why there is none. */
type Place =
  | { readonly kind: 'in'; readonly leave: () => void }
  | { readonly kind: 'away'; readonly error: CertdError };

/** Room at each CA for so many certificates at once. A CA that is slow or dead fills its own lane only. */
export type Lanes = {
  /** Waits for a place at the CA with this directory. Rejects with `stopped` after the abort. */
  enter(directoryUrl: string, visitor: Visitor, signal: AbortSignal): Promise<Place>;
  /** A person waits for this certificate: if it is in a queue, it goes first. */
  hurry(name: string): void;
  /**
   * Sends away all that wait for this CA, and for a while whoever comes: one after the other they would learn the
   * same, half a minute or a Retry-After each. The while is the error's `notBefore`, which holds for everybody, else
   * half of what the outage has lasted. Returns how many waited.
   */
  turnAway(directoryUrl: string, error: CertdError): number;
  /** The CA serves: the next outage is a new one. */
  reached(directoryUrl: string): void;
};

type Visitor = { readonly name: string; readonly rank: Rank };

type Waiter = {
  visitor: Visitor;
  /** Null: let in. */
  readonly call: (away: CertdError | null) => void;
};

type Closure = {
  readonly error: CertdError;
  readonly until: Instant;
  /** Nothing overrides what the CA asks for; a person need not wait out what certd thinks of it. */
  readonly byCa: boolean;
};

/** What a person waits for comes first (`core/urgency.ts`). */
function isByHand({ rank }: Visitor): boolean {
  return rank[0] === 0;
}

/** A CA's wait is stored with at most a week (`acme/problem.ts`): a longer one is of a clock that ran ahead. */
const longestClosure: Millis = 8 * 86_400_000;

/** `places` at each CA; `now` is the wall clock, which a CA's Retry-After is told by. */
export function openLanes(places: number, now: () => Instant): Lanes {
  const taken = new Map<string, number>();
  const queues = new Map<string, Waiter[]>();
  const closures = new Map<string, Closure>();
  const outSince = new Map<string, Instant>();
  const queueOf = (url: string) => {
    const queue = queues.get(url) ?? [];
    queues.set(url, queue);
    return queue;
  };
  const leave = (url: string) => {
    const next = queueOf(url).shift();
    if (next === undefined) taken.set(url, (taken.get(url) ?? 1) - 1);
    else next.call(null);
  };
  const closureOf = (url: string) => {
    const closure = closures.get(url);
    const left = (closure?.until ?? 0) - now();
    if (closure !== undefined && left > 0 && left < longestClosure) return closure;
    closures.delete(url);
    return null;
  };
  const closureFor = (url: string, error: CertdError): Closure => {
    if (error.notBefore !== null) return { error, until: error.notBefore, byCa: true };
    const since = Math.min(outSince.get(url) ?? now(), now());
    outSince.set(url, since);
    return { error, until: now() + outageDelay(now() - since), byCa: false };
  };
  return {
    async enter(url, visitor, signal) {
      if (signal.aborted) throw stopped();
      const closure = closureOf(url);
      const isHeld = closure !== null && (closure.byCa || !isByHand(visitor));
      if (isHeld) return { kind: 'away', error: closure.error };
      const inside = taken.get(url) ?? 0;
      if (inside < places) taken.set(url, inside + 1);
      else {
        const error = await wait(queueOf(url), visitor, signal);
        if (error !== null) return { kind: 'away', error };
      }
      return { kind: 'in', leave: () => leave(url) };
    },
    hurry(name) {
      for (const queue of queues.values()) {
        const index = queue.findIndex(({ visitor }) => visitor.name === name);
        const [waiter] = index === -1 ? [] : queue.splice(index, 1);
        if (waiter === undefined) continue;
        waiter.visitor = { name, rank: first };
        insert(queue, waiter);
      }
    },
    reached(url) {
      outSince.delete(url);
      closures.delete(url);
    },
    turnAway(url, error) {
      closures.set(url, closureFor(url, error));
      const away = queueOf(url).splice(0);
      for (const { call } of away) call(error);
      return away.length;
    },
  };
}

/** Before every other (`core/urgency.ts`). */
const first: Rank = [0];

async function wait(queue: Waiter[], visitor: Visitor, signal: AbortSignal): Promise<CertdError | null> {
  const { promise, resolve, reject } = Promise.withResolvers<CertdError | null>();
  const waiter = { visitor, call: resolve };
  insert(queue, waiter);
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

/** Behind all that are as urgent: they came first. */
function insert(queue: Waiter[], waiter: Waiter): void {
  const behind = queue.findIndex(other => isBefore(waiter.visitor.rank, other.visitor.rank));
  queue.splice(behind === -1 ? queue.length : behind, 0, waiter);
}

function isBefore(a: Rank, b: Rank): boolean {
  const differing = a.findIndex((number, index) => number !== b[index]);
  return differing !== -1 && (a[differing] ?? 0) < (b[differing] ?? 0);
}

function stopped(): CertdError {
  return new CertdError('stopped', 'certd is being stopped');
}
