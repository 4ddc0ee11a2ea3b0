import type { ServedState } from '../endpoint.ts';
import type { Instant } from '../instant.ts';
import { toRfc3339 } from '../text/time-text.ts';
import type { ServedBefore } from './deploy-model.ts';

/** What one look at an endpoint has found. */
export type Presented =
  /** No handshake, and why, in words. */
  | { readonly kind: 'none'; readonly detail: string }
  | {
      readonly kind: 'leaf';
      /** Lower-case hex. */
      readonly fingerprintSha256: string;
      readonly notAfter: Instant;
      /** Why clients turn it away: OpenSSL's or Node's own code, and what it means. Null where they do not. */
      readonly fault: { readonly code: string; readonly words: string } | null;
    };

/** What that means where the leaf with this fingerprint (SHA-256, lower-case hex) is expected. */
export function servedState(
  presented: Presented,
  expectedFingerprint: string,
): { readonly state: ServedState; readonly detail: string | null } {
  if (presented.kind === 'none') return { state: 'unreachable', detail: presented.detail };
  const { fingerprintSha256, notAfter, fault } = presented;
  if (fingerprintSha256 !== expectedFingerprint) {
    const which = `SHA-256 ${fingerprintSha256.slice(0, 8)}…, ends ${toRfc3339(notAfter)}`;
    return { state: 'stale', detail: `it presents another certificate (${which})` };
  }
  if (fault === null) return { state: 'match', detail: null };
  return { state: 'untrusted', detail: `${fault.words} (${fault.code})` };
}

/**
 * Whether a deploy has made an endpoint worse (contract section 5). `before` compares with what was live then. One that
 * was unreachable before and is after is no worse: it is recorded as `unverified`. One that clients turn away now is
 * worse where they took what it presented before, also where that was none of certd's.
 */
export function gotWorse(before: Pick<ServedBefore, 'state' | 'accepted'>, after: ServedState): boolean {
  const { state, accepted } = before;
  if (after === 'unreachable') return state !== 'unreachable' && state !== 'unverified';
  if (after === 'untrusted') return accepted;
  return after === 'stale' && (state === 'match' || state === 'untrusted');
}
