import type { Instant, Millis } from '../../core/instant.ts';
import { spanText, toRfc3339 } from '../../core/text/time-text.ts';
import { checks } from '../checks.ts';
import type { Finding, FindingStatus } from '../finding.ts';

/** Whether the clock is kept in step; `unknown`: why nobody could tell, in words. */
export type ClockKept =
  | { readonly kind: 'synchronized'; readonly by: string }
  | { readonly kind: 'adrift'; readonly words: string }
  | { readonly kind: 'unknown'; readonly words: string };

/** A moment that lies on disk and that the clock must have passed. */
export type PastMoment = {
  readonly what: string;
  readonly at: Instant;
  /** By whose clock: that of a CA is right. */
  readonly by: 'ca' | 'host';
};

export type ClockFacts = {
  readonly now: Instant;
  readonly kept: ClockKept;
  readonly past: readonly PastMoment[];
};

/** A CA’s clock and this one may differ by that much. */
const tolerance: Millis = 60_000;

/** Whether the clock is not behind, which is what the disk can tell, and whether something keeps it so. */
export function clockFindings({ now, kept, past }: ClockFacts): readonly Finding[] {
  return [keptFinding(kept), rightFinding(now, past)];
}

function keptFinding(kept: ClockKept): Finding {
  switch (kept.kind) {
    case 'synchronized':
      return finding('clock-kept', 'ok', `${kept.by} says that it is in step with a time server`);
    case 'adrift':
      return finding('clock-kept', 'warning', kept.words);
    case 'unknown':
      return finding('clock-kept', 'unknown', kept.words);
  }
}

function rightFinding(now: Instant, past: readonly PastMoment[]): Finding {
  const [worst] = past.filter(({ at }) => at > now + tolerance).sort(bySource);
  const clock = `it says ${toRfc3339(now)}`;
  if (worst !== undefined) {
    const behind = `${worst.what} is from ${toRfc3339(worst.at)}, ${spanText(worst.at - now)} ahead`;
    return finding('clock-right', worst.by === 'ca' ? 'critical' : 'warning', `${clock}, but ${behind}`);
  }
  if (past.length === 0) return finding('clock-right', 'unknown', `${clock}; nothing is there to compare`);
  const limits = 'that it is not ahead cannot be told by this';
  return finding(
    'clock-right',
    'ok',
    `is not behind: ${clock}, and nothing of certd is from later; ${limits}`,
  );
}

/** What a CA has written first, and of each the latest. */
function bySource(one: PastMoment, other: PastMoment): number {
  return one.by === other.by ? other.at - one.at : one.by === 'ca' ? -1 : 1;
}

function finding(check: 'clock-kept' | 'clock-right', status: FindingStatus, message: string): Finding {
  return { check, status, subject: 'clock', message, cure: status === 'ok' ? null : checks[check].cure };
}
