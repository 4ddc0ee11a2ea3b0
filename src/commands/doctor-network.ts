import { randomBytes } from 'node:crypto';
import { asCertdError } from '../core/errors.ts';
import type { Millis } from '../core/instant.ts';
import type { NetworkTools } from '../doctor/names/examine-names.ts';
import { openNameTools } from '../doctor/names/name-tools.ts';
import { rememberAddresses } from '../doctor/names/remember-addresses.ts';
import type { CloudAddresses } from '../doctor/names/seen-names.ts';
import { publicAddresses } from '../metadata/public-addresses.ts';
import { metadataServices } from '../metadata/services.ts';

/** Enough for hundreds of names that answer, and for a few dozen that do not. */
const wholeMs: Millis = 60_000;

/** The network as doctor sees it, until `stop` or for a minute. */
export function doctorNetwork(stop: AbortSignal): NetworkTools {
  const limit = AbortSignal.any([stop, AbortSignal.timeout(wholeMs)]);
  return {
    names: rememberAddresses(openNameTools(limit, () => randomBytes(32).toString('base64url'))),
    cloudAddresses: () => cloudAddresses(limit),
    limit,
  };
}

/** Those of a cloud answer at once, or not at all. */
const metadataMs: Millis = 2_000;

/** Null also where the metadata service cannot be understood: nothing is known then, and nothing is said. */
async function cloudAddresses(signal: AbortSignal): Promise<CloudAddresses | null> {
  try {
    const options = { services: metadataServices, signal, limitMs: metadataMs };
    return await publicAddresses(options);
  } catch (thrown) {
    if (signal.aborted || asCertdError(thrown).code === 'metadata-refused') return null;
    throw thrown;
  }
}
