import { asCertdError } from '../core/errors.ts';
import { inIssuedGeneration } from './generation.ts';
import type { Layout } from './layout.ts';
import { type Place, trustedPlace } from './place.ts';

/**
 * Reads a certificate that is live: the deployer's copy, which servers have. Where two users are the two halves, the issuer
 * may not read that one, and reads his own, of which it was made.
 */
export function readOfLive<T>(layout: Layout, name: string, id: string, read: (place: Place) => T): T {
  try {
    return read(trustedPlace(layout.deployedGeneration(name, id)));
  } catch (thrown) {
    if (asCertdError(thrown).code !== 'permission-denied') throw thrown;
    return inIssuedGeneration(layout, layout.issuedGeneration(name, id), read);
  }
}
