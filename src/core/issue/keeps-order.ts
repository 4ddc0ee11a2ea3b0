import type { ErrorCode } from '../catalogue.ts';
import type { CertdError } from '../errors.ts';
import type { Instant, Millis } from '../instant.ts';
import { isOutage } from './about-the-ca.ts';

/**
 * Whether an order that an error has stopped is taken up again; otherwise it is given up, and the next attempt places
 * another one. `placedAt` is null where nobody knows, long ago. What the CA says of one order may be broken for good, and
 * it keeps orders for weeks: after an hour of that another order is tried.
 */
export function keepsOrder(error: CertdError, placedAt: Instant | null, now: Instant): boolean {
  const isOld = placedAt !== null && now - placedAt > hour;
  const isBroken = error.code === 'ca-malformed' && !isOutage(error);
  return stillGood.has(error.code) && !(isOld && isBroken);
}

const hour: Millis = 3_600_000;

/** After these the order at the CA can still become a certificate. */
const stillGood: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ca-unreachable',
  'ca-untrusted',
  'ca-timeout',
  'ca-error',
  'ca-malformed',
  'rate-limited',
  'issue-timeout',
  'stopped',
  'disk-full',
  'disk-failed',
  'permission-denied',
  'clock-skewed',
  'roots-unusable',
  'webroot-unusable',
  'port-taken',
  'port-forbidden',
  'listen-failed',
  'socket-not-passed',
  'internal-error',
]);
