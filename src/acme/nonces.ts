import type { Instant, Millis } from '../core/instant.ts';

/** Fresh anti-replay nonces of one CA (RFC 8555 §6.5): fed by every answer, so that newNonce is rarely asked. */
export type Nonces = {
  put(nonce: string | undefined): void;
  /** The youngest one, or null where a new one must be fetched. */
  take(): string | null;
};

// More than the requests that run at once.
const maxKept = 32;

/** RFC 8555 names no lifetime (docs/decisions/2026-11-24-how-long-a-directory-is-kept.md). */
const longestAge: Millis = 10 * 60_000;

export function openNonces(now: () => Instant): Nonces {
  const kept: { readonly nonce: string; readonly at: Instant }[] = [];
  return {
    put(nonce) {
      if (nonce === undefined || !isNonce(nonce)) return;
      kept.push({ nonce, at: now() });
      if (kept.length > maxKept) kept.shift();
    },
    take() {
      const youngest = kept.pop();
      if (youngest === undefined) return null;
      const age = now() - youngest.at;
      // A clock that was set back says nothing of an age.
      if (age >= 0 && age < longestAge) return youngest.nonce;
      // The others are older still.
      kept.length = 0;
      return null;
    },
  };
}

/** base64url, as §6.5.1 demands; anything else is as good as no nonce. */
function isNonce(text: string): boolean {
  return text.length <= 512 && /^[A-Za-z0-9_-]+$/.test(text);
}
