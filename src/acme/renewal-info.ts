import type { Clock, RenewalInfo } from '../core/ports.ts';
import type { Connection } from './connection.ts';
import { decodeWindow } from './decode.ts';
import { refusal } from './problem.ts';
import { retryAfterMs } from './retry-after.ts';

const minute = 60 * 1000;
const hour = 60 * minute;

/**
 * What the CA suggests for the certificate `certId`, by an unsigned GET (RFC 9773 §4.1); null where it has
 * no ARI. Retry-After says when to ask again, within the bounds that §4.3 recommends; six hours without.
 */
export async function fetchRenewalInfo(
  connection: Connection,
  certId: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<RenewalInfo | null> {
  const { renewalInfo } = await connection.directory(signal);
  if (renewalInfo === null) return null;
  const url = `${renewalInfo.replace(/\/$/, '')}/${certId}`;
  const answer = await connection.send('renewal-info', { method: 'GET', url, body: null }, signal);
  if (answer.status !== 200) throw refusal(answer, 'renewal-info', clock.now());
  const now = clock.now();
  const wait = retryAfterMs(answer.headers['retry-after'], now) ?? 6 * hour;
  const checkAt = now + Math.min(Math.max(wait, minute), 24 * hour);
  return { ...decodeWindow(answer.data), checkAt };
}
