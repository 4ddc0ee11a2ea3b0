import type { ChainRoot } from '../core/issue/preferred-chain.ts';
import { parseCertificate } from './certificate.ts';
import { authorityKeyId, subjectKeyId } from './key-identifier.ts';
import { splitChain } from './pem.ts';
import { shortName } from './short-name.ts';
import { readTbs } from './tbs.ts';

/**
 * The root that a chain leads to: the issuer of its topmost certificate, which the root itself is too where it came
 * along. So a cross-signed certificate of a root counts for the root that signed it. Throws `certificate-unreadable`.
 */
export function rootOf(fullchainPem: string): ChainRoot {
  const top = parseCertificate(splitChain(fullchainPem).at(-1) ?? '');
  const tbs = readTbs(top.raw);
  const keyId = authorityKeyId(tbs) ?? (top.checkIssued(top) ? subjectKeyId(tbs) : null);
  return {
    name: shortName(top.toLegacyObject().issuer),
    keyId: keyId === null ? null : Buffer.from(keyId).toString('hex'),
  };
}
