import { plainText } from '../core/plain-text.ts';
import type { ChainRoot } from '../core/preferred-chain.ts';
import { parseCertificate } from './certificate.ts';
import { authorityKeyId, subjectKeyId } from './key-identifier.ts';
import { splitChain } from './pem.ts';
import { readTbs } from './tbs.ts';

/**
 * The root that a chain leads to: the issuer of its topmost certificate, which the root itself is too where it came
 * along. So a cross-signed certificate of a root counts for the root that signed it. Throws `certificate-unreadable`.
 */
export function rootOf(fullchainPem: string): ChainRoot {
  const top = parseCertificate(splitChain(fullchainPem).at(-1) ?? '');
  const { CN, OU, O } = top.toLegacyObject().issuer;
  const name = lastOf(CN) ?? lastOf(OU) ?? lastOf(O);
  const tbs = readTbs(top.raw);
  const keyId = authorityKeyId(tbs) ?? (top.checkIssued(top) ? subjectKeyId(tbs) : null);
  return {
    name: name === null ? null : plainText(name),
    keyId: keyId === null ? null : Buffer.from(keyId).toString('hex'),
  };
}

/** Node has a list where an attribute stands more than once. */
function lastOf(attribute: string | string[] | undefined): string | null {
  return (Array.isArray(attribute) ? attribute.at(-1) : attribute) ?? null;
}
