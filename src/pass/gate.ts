import { isStaging } from '../config/authorities.ts';
import type { Authority } from '../config/config.ts';
import { CertdError } from '../core/errors.ts';
import type { KeyType } from '../core/model.ts';
import { loopTurn } from '../host/loop-turn.ts';
import { gateReasons } from '../x509/gate.ts';
import type { Candidate } from './chain-gate.ts';
import type { PassParts } from './pass-parts.ts';
import type { Roots } from './trust.ts';

type Judged = Candidate & {
  /** What the leaf must name. */
  readonly domains: readonly string[];
  readonly keyType: KeyType;
};

/**
 * Why a set must not go live; empty where it may (contract section 5, gate). What can be read off the certificates
 * comes first, and clients are only asked about a set in which that fits. Throws `roots-unusable`, and
 * `clock-skewed` where nothing can be said before this host's clock has come as far as the certificate.
 */
export async function refusalsOf(
  { domains, keyType, ...candidate }: Judged,
  { clock, chainGate }: Pick<PassParts, 'clock' | 'chainGate'>,
): Promise<readonly string[]> {
  await loopTurn();
  const now = clock.now();
  const { fullchainPem, keyPem } = candidate;
  const reasons = gateReasons({ fullchainPem, keyPem, domains, keyType, now });
  if (reasons.length > 0) return reasons;
  const fault = await chainGate(candidate);
  if (fault === null) return [];
  const reason = `${fault.words} (${fault.code})`;
  // OpenSSL goes on after it and says no more of what it meets.
  if (fault.code === 'CERT_NOT_YET_VALID')
    throw new CertdError('clock-skewed', `${candidate.host}: ${reason}`);
  return [reason];
}

/** Where the chains of a CA must lead to. */
export function rootsFor({ rootsFile, directoryUrl }: Pick<Authority, 'rootsFile' | 'directoryUrl'>): Roots {
  if (rootsFile !== null) return { file: rootsFile };
  return isStaging(directoryUrl) ? 'any' : 'system';
}
