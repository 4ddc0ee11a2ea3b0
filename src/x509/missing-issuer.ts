import type { DetailedPeerCertificate } from 'node:tls';
import type { Fault } from './fault.ts';
import { shortName } from './short-name.ts';

const unlinked: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
]);

/** Names the certificate that a chain lacks: the issuer of the last that came. `leaf`: with its chain, as node:tls gives it. */
export function withMissingIssuer(fault: Fault, leaf: DetailedPeerCertificate): Fault {
  if (!unlinked.has(fault.code)) return fault;
  const issuer = shortName(lastOf(leaf).issuer);
  if (issuer === null) return fault;
  return { ...fault, words: `${fault.words}: the certificate of ${cut(issuer)} is missing` };
}

/** RFC 5280 allows a common name 64 characters; who sends more wants to fill logs. */
function cut(name: string): string {
  return name.length > 64 ? `${name.slice(0, 64)}…` : name;
}

// A chain in a circle would have no end.
const longest = 16;

function lastOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate {
  let last = leaf;
  // Not there on the last one, whatever the types say.
  const issuerOf = (certificate: Partial<DetailedPeerCertificate>) => certificate.issuerCertificate ?? null;
  for (let steps = 0; steps < longest; steps += 1) {
    const issuer = issuerOf(last);
    if (issuer === null || issuer.fingerprint256 === last.fingerprint256) break;
    last = issuer;
  }
  return last;
}
