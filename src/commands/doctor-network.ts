import { randomBytes } from 'node:crypto';
import type { Millis } from '../core/instant.ts';
import type { NetworkTools } from '../doctor/examine-names.ts';
import { openNameTools } from '../doctor/name-tools.ts';

/** Enough for hundreds of names that answer, and for a few dozen that do not. */
const wholeMs: Millis = 60_000;

/** The network as doctor sees it, until `stop` or for a minute. */
export function doctorNetwork(stop: AbortSignal): NetworkTools {
  const limit = AbortSignal.any([stop, AbortSignal.timeout(wholeMs)]);
  return {
    names: openNameTools(limit, () => randomBytes(32).toString('base64url')),
    cloudAddresses: async () => null,
    limit,
  };
}
