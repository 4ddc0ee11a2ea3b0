import { asCertdError } from '../core/errors.ts';
import type { Layout } from './layout.ts';

/**
 * Reads a certificate that is live: the deployer's copy, which servers have. Where two users are the two halves, the issuer
 * may not read that one, and reads his own, of which it was made.
 */
export function readOfLive<T>(layout: Layout, name: string, id: string, read: (directory: string) => T): T {
  try {
    return read(layout.deployedGeneration(name, id));
  } catch (thrown) {
    if (asCertdError(thrown).code !== 'permission-denied') throw thrown;
    return read(layout.issuedGeneration(name, id));
  }
}
