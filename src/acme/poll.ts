import { CertdError } from '../core/errors.ts';
import type { Instant, Millis } from '../core/instant.ts';
import type { Clock, Random } from '../core/ports.ts';
import type { TimeLimit } from './time-limit.ts';

export type PollLimits = {
  readonly clock: Clock;
  readonly random: Random;
  /** `issue_timeout` from the start of the attempt. */
  readonly time: TimeLimit;
  /**
   * Until when a long wait is none of this attempt's: the order is left alone for as long. Null while a challenge must
   * stay answered.
   */
  readonly parkUntil: Instant | null;
  readonly signal: AbortSignal;
};

/** What a look found: the end, or how long the CA asks to wait (Retry-After), null where it says nothing. */
export type Look<T> = { readonly done: T } | { readonly waitMs: Millis | null };

const shortest = 50;
const longest = 5_000;

/** What is waited for here; a longer Retry-After goes to disk, where no restart loses it, and frees the place at the CA. */
const longestNap = 60_000;

/** An order lives a week at the most; a longer Retry-After must not put its certificate to sleep. */
const longestHold = 24 * 3_600_000;

/**
 * Waits, then looks, until a look finds the end. `firstWait` is what the CA asked for before the first
 * look. Without its word the waits go from 50 ms, doubling, to 5 s, each with a fifth of jitter. Throws at once, with the
 * moment of the next look: `order-waits` where the CA asks for more than a minute, `issue-timeout` where the next wait does
 * not fit into the limit.
 */
export async function poll<T>(
  look: () => Promise<Look<T>>,
  limits: PollLimits,
  firstWait: Millis | null,
): Promise<T> {
  let asked = firstWait;
  for (let own = shortest; ; own = Math.min(own * 2, longest)) {
    const wait = asked !== null && asked > 0 ? asked : own * (0.8 + 0.4 * limits.random());
    checkFits(wait, limits);
    await pause(wait, limits);
    const found = await look();
    if ('done' in found) return found.done;
    asked = found.waitMs;
  }
}

async function pause(wait: Millis, limits: PollLimits): Promise<void> {
  try {
    await limits.time.sleep(wait, limits.signal);
  } catch (error) {
    if (error instanceof CertdError) throw error;
    throw new CertdError('stopped', 'Waiting for the CA was stopped; the order is kept.', { cause: error });
  }
}

function checkFits(wait: Millis, { time, clock, parkUntil }: PollLimits): void {
  const notBefore = wait > longest * 1.2 ? clock.now() + Math.min(wait, longestHold) : null;
  const parks = parkUntil !== null && wait > longestNap;
  if (parks && clock.now() + wait <= parkUntil) {
    const seconds = Math.round(wait / 1000);
    throw new CertdError(
      'order-waits',
      `The CA asks for ${seconds} s until the next look; the order is kept.`,
      {
        notBefore,
      },
    );
  }
  if (parks || wait > time.left()) {
    throw new CertdError('issue-timeout', 'The CA did not finish the order in time; it is kept.', {
      notBefore,
    });
  }
}
