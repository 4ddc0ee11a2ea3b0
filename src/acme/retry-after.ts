import type { Instant, Millis } from '../core/instant.ts';
import { httpDate } from './http-date.ts';

/**
 * A Retry-After field, delta-seconds or HTTP-date (RFC 9110 §10.2.3), as a wait from `now`; 0 for a date
 * that is past. Null where there is none or it says neither.
 */
export function retryAfterMs(field: string | undefined, now: Instant): Millis | null {
  if (field === undefined) return null;
  const text = field.trim();
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1000;
  const instant = httpDate(text);
  return instant === null ? null : Math.max(0, instant - now);
}
