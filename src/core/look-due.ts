import type { Instant, Millis } from './instant.ts';
import type { Observed, Target } from './model.ts';
import { recordOf } from './served-record.ts';

const hour: Millis = 3_600_000;

/**
 * When the endpoints of a certificate are to be looked at again: an hour after the look that is longest ago, and at once
 * where there was none. Null where none is declared, or nothing is live that one could present.
 */
export function lookDueAt(
  { deploy: { verify } }: Pick<Target, 'deploy'>,
  { live, deploy: { served } }: Pick<Observed, 'live' | 'deploy'>,
  now: Instant,
): Instant | null {
  if (verify.length === 0 || live === null) return null;
  const moments = verify.map(endpoint => {
    const at = recordOf(served, endpoint)?.checkedAt ?? null;
    // One that lies so far ahead was written by a clock that ran ahead.
    return at === null || at - now > hour ? now : at + hour;
  });
  return Math.min(...moments);
}
