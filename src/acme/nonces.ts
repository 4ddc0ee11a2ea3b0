/** Fresh anti-replay nonces of one CA (RFC 8555 §6.5): fed by every answer, so that newNonce is rarely asked. */
export type Nonces = {
  put(nonce: string | undefined): void;
  /** The youngest one, or null where a new one must be fetched. */
  take(): string | null;
};

// More than the requests that run at once; CAs forget nonces that grow old.
const maxKept = 32;

export function openNonces(): Nonces {
  const kept: string[] = [];
  return {
    put(nonce) {
      if (nonce === undefined || !isNonce(nonce)) return;
      kept.push(nonce);
      if (kept.length > maxKept) kept.shift();
    },
    take: () => kept.pop() ?? null,
  };
}

/** base64url, as §6.5.1 demands; anything else is as good as no nonce. */
function isNonce(text: string): boolean {
  return text.length <= 512 && /^[A-Za-z0-9_-]+$/.test(text);
}
