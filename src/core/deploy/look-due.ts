import type { Instant, Millis } from '../instant.ts';
import type { Observed, Target } from '../model.ts';
import { lastRecord } from './served-record.ts';

const hour: Millis = 3_600_000;

/**
 * When the endpoints of a certificate are to be looked at again: an hour after the look that is longest ago, and at once
 * where there was none. Null where none is declared, or nothing is live that one could present.
 */
export function lookDueAt(
  { deploy: { verify } }: Pick<Target, 'deploy'>,
  seen: Pick<Observed, 'live' | 'deploy' | 'servedRemote'>,
  now: Instant,
): Instant | null {
  const { live } = seen;
  if (verify.length === 0 || live === null) return null;
  const moments = verify.map(endpoint => {
    const last = lastRecord(seen, endpoint);
    // That it presented what is live no more says nothing of what is: another process has deployed since.
    const isPast = last?.state === 'match' && last.fingerprintSha256 !== live.leaf.fingerprintSha256;
    const at = isPast ? null : (last?.checkedAt ?? null);
    // One that lies so far ahead was written by a clock that ran ahead.
    return at === null || at - now > hour ? now : at + hour;
  });
  return Math.min(...moments);
}
