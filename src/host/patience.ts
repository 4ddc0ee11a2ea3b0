import { CertdError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';

/**
 * Runs a step, unless an earlier one was refused until a moment that has not come yet (Retry-After, RFC 8555 §6.6): then
 * its error is thrown once more, and nobody is asked.
 */
export type Patience = <T>(step: () => Promise<T>) => Promise<T>;

export function openPatience(now: () => Instant): Patience {
  let refused: CertdError | null = null;
  return async step => {
    if (refused !== null && (refused.notBefore ?? 0) > now()) throw refused;
    refused = null;
    try {
      return await step();
    } catch (error) {
      if (error instanceof CertdError && error.notBefore !== null) refused = error;
      throw error;
    }
  };
}
