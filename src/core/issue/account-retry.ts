import type { Retry } from '../catalogue/entry.ts';
import type { Instant, Millis } from '../instant.ts';

const hour = 3_600_000;

type Failure = {
  readonly retry: Retry;
  /** What the CA asked for. */
  readonly notBefore: Instant | null;
  readonly now: Instant;
  /** Uniform in [0, 1). */
  readonly draw: number;
};

/**
 * How long to wait before an account that no order needs yet is asked for again: an hour, a day where somebody must
 * change something first, and as long as the CA asks; with a tenth of jitter.
 */
export function accountRetryMs({ retry, notBefore, now, draw }: Failure): Millis {
  const own = retry === 'daily' || retry === 'none' ? 24 * hour : hour;
  return Math.round(Math.max(own, (notBefore ?? now) - now) * (1 + draw / 10));
}
