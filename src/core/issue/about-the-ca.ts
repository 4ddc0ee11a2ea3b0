import type { ErrorCode } from '../catalogue.ts';
import type { CertdError } from '../errors.ts';

/**
 * Whether an error says something of the CA, or the way to it, and not of one certificate: what it cannot be
 * reached for, what it answers to requests that no order is behind, and an outage that it gives a time for. A limit on
 * newOrder can be about one name, and stays with it.
 */
export function isAboutTheCa({ code, facts, notBefore }: CertdError): boolean {
  if (onTheWay.has(code)) return true;
  if (ofNoOrder.has(facts['request'])) return true;
  return code === 'ca-error' && (notBefore !== null || ofGateways.has(facts['status']));
}

/**
 * Whether the CA is out, for everybody: it cannot be reached, a gateway answers in its place, or it says when it will
 * be back. That is no failure of any certificate.
 */
export function isOutage(error: CertdError): boolean {
  if (onTheWay.has(error.code)) return true;
  const { code, facts, notBefore } = error;
  if (code === 'ca-error') return notBefore !== null || ofGateways.has(facts['status']);
  return (code === 'ca-malformed' || code === 'rate-limited') && ofEverybody.has(facts['request']);
}

/** RFC 9110 §15.6.3 to §15.6.5. */
const ofGateways: ReadonlySet<unknown> = new Set([502, 503, 504]);

/** Requests that no account is behind. */
const ofEverybody: ReadonlySet<unknown> = new Set(['directory', 'nonce']);

const onTheWay: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['ca-unreachable', 'ca-untrusted', 'ca-timeout']);

/** The request kinds of `acme/request-kind.ts` that come before every order. */
const ofNoOrder: ReadonlySet<unknown> = new Set(['directory', 'nonce', 'account']);
