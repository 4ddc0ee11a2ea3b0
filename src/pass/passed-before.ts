import { createHash } from 'node:crypto';
import type { SecureContext } from 'node:tls';
import type { Served } from '../x509/try-handshake.ts';

/** More than there are between an issue and its deploy. */
const mostRemembered = 1000;

/** What was served, and to whom. */
type Tried = Served & { readonly host: string };

export type PassedBefore = {
  note(tried: Tried, trust: SecureContext): void;
  /** Whether exactly this has passed with these roots since it was asked last. */
  take(tried: Tried, trust: SecureContext): boolean;
};

/**
 * Remembers what has passed until it is asked about once more: the deploy that follows an issue comes with the same
 * bytes, and another handshake would say the same. A third time it is made again.
 */
export function openPassedBefore(): PassedBefore {
  // Roots that have changed are another context, and know nothing of what passed with those before.
  const passed = new WeakMap<SecureContext, Set<string>>();
  return {
    note(tried, trust) {
      const known = passed.get(trust) ?? new Set();
      if (known.size >= mostRemembered) known.clear();
      passed.set(trust, known.add(digestOf(tried)));
    },
    take: (tried, trust) => passed.get(trust)?.delete(digestOf(tried)) === true,
  };
}

function digestOf({ fullchainPem, keyPem, host }: Tried): string {
  return createHash('sha256')
    .update(JSON.stringify([fullchainPem, keyPem, host]))
    .digest('base64');
}
