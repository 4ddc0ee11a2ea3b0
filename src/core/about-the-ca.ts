import type { ErrorCode } from './catalogue.ts';
import type { CertdError } from './errors.ts';

/**
 * Whether an error says something of the CA, or the way to it, and not of one certificate: what it cannot be
 * reached for, what it answers to requests that no order is behind, and an outage that it gives a time for. A limit on
 * newOrder can be about one name, and stays with it.
 */
export function isAboutTheCa({ code, facts, notBefore }: CertdError): boolean {
  if (onTheWay.has(code)) return true;
  if (ofNoOrder.has(facts['request'] ?? null)) return true;
  return code === 'ca-error' && notBefore !== null;
}

const onTheWay: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['ca-unreachable', 'ca-untrusted', 'ca-timeout']);

/** The request kinds of `acme/request-kind.ts` that come before every order. */
const ofNoOrder: ReadonlySet<unknown> = new Set(['directory', 'nonce', 'account']);
