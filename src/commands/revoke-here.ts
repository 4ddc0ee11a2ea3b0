import type { RevokeWish } from '../core/revoke/revoke-wish.ts';
import { type RevokeAnswer, runRevoke } from '../daemon/run-revoke.ts';
import type { Places } from './places.ts';
import { runHere } from './run-here.ts';

/** One revocation, and the pass that replaces what it revoked, in this process. */
export function revokeHere(wish: RevokeWish, places: Places): Promise<RevokeAnswer> {
  return runHere(places, ({ config, parts }) => runRevoke(config, parts, wish));
}
