import { asCertdError, logFields } from '../core/errors.ts';
import { reusableKey } from '../core/issue/reusable-key.ts';
import type { Generation, Observed, Target } from '../core/model.ts';
import { accountStore } from '../store/account.ts';
import { readIssuedPair } from '../store/generation.ts';
import { isSameKey } from '../x509/keys.ts';
import type { HostParts } from './host-parts.ts';
import type { PassParts } from './pass-parts.ts';

/** The private key of an order that is about to be placed, as PKCS#8 PEM: one that is kept, else a new one. */
export async function keyForOrder(
  target: Target,
  seen: Observed,
  directoryUrl: string,
  parts: PassParts,
): Promise<string> {
  const generation = reusableKey(target, seen);
  const kept = generation === null ? null : await keptKey(target, generation, directoryUrl, parts);
  return kept ?? parts.generateKey(target.keyType);
}

/** A certificate whose key has gone bad on disk is renewed all the same. */
async function keptKey(
  { name }: Target,
  { id }: Generation,
  directoryUrl: string,
  { disk, layout, log }: HostParts,
): Promise<string | null> {
  try {
    const { key } = readIssuedPair(layout, layout.issuedGeneration(name, id));
    const account = await accountStore(disk, layout, directoryUrl).read();
    // RFC 8555 §11.1: a CA may refuse it, and who learns the key would have the account, too.
    return account !== null && isSameKey(account.keyPem, key) ? null : key;
  } catch (thrown) {
    const error = asCertdError(thrown);
    if (error.code !== 'generation-damaged') throw error;
    log.warn({ certificate: name, ...logFields(error) }, 'key could not be kept');
    return null;
  }
}
