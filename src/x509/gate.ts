import type { X509Certificate } from 'node:crypto';
import type { Instant } from '../core/instant.ts';
import type { KeyType, Leaf } from '../core/model.ts';
import { leafOf, parseCertificate, parseKey } from './certificate.ts';
import { splitChain } from './pem.ts';

// A clock that runs behind must not refuse what the CA made a moment ago; clients with a right clock accept it.
const skewMs = 60 * 60 * 1000;

/**
 * Why an issued set must not go live; empty where it may. `fullchainPem`: leaf first. A chain of the leaf
 * alone passes: private CAs may issue from their root. Throws `certificate-unreadable` where a part
 * cannot be parsed.
 */
export function gateReasons(set: {
  readonly fullchainPem: string;
  readonly keyPem: string;
  readonly domains: readonly string[];
  readonly keyType: KeyType;
  readonly now: Instant;
}): readonly string[] {
  const [first, ...chain] = splitChain(set.fullchainPem);
  const certificate = parseCertificate(first);
  const leaf = leafOf(certificate);
  const fits = certificate.checkPrivateKey(parseKey(set.keyPem));
  return [
    ...keyReasons(leaf, fits, set.keyType),
    ...nameReasons(leaf, set.domains),
    ...chainReasons([certificate, ...chain.map(parseCertificate)], set.now),
  ];
}

function keyReasons(leaf: Leaf, keyFits: boolean, wanted: KeyType): readonly string[] {
  const reasons: string[] = [];
  if (!keyFits) reasons.push('the private key does not belong to the leaf');
  if (leaf.keyType !== wanted) reasons.push(`the key type is ${leaf.keyType ?? 'unknown'}, not ${wanted}`);
  return reasons;
}

/** Literally, as the plan compares: a wildcard that passed here would look like a missing name there, and be replaced at once. */
function nameReasons(leaf: Leaf, wanted: readonly string[]): readonly string[] {
  const missing = wanted.filter(domain => !leaf.domains.includes(domain));
  return missing.length === 0 ? [] : [`the leaf does not name ${missing.join(', ')}`];
}

function chainReasons(certificates: readonly X509Certificate[], now: Instant): readonly string[] {
  const reasons: string[] = [];
  for (const [index, certificate] of certificates.entries()) {
    const which = index === 0 ? 'the leaf' : `chain certificate ${index}`;
    reasons.push(...dateReasons(certificate, which, now));
    const issuer = certificates[index + 1];
    if (issuer !== undefined && !isIssuedBy(certificate, issuer)) {
      reasons.push(`${which} is not signed by the certificate that follows it`);
    }
  }
  if (certificates[0]?.ca === true) reasons.push('the leaf is a CA certificate');
  return reasons;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function dateReasons(certificate: X509Certificate, which: string, now: Instant): readonly string[] {
  const { validFromDate, validToDate } = certificate;
  if (validToDate.getTime() <= now) return [`${which} expired on ${validToDate.toISOString()}`];
  if (validFromDate.getTime() > now + skewMs) {
    return [`${which} is not valid before ${validFromDate.toISOString()}`];
  }
  return [];
}
