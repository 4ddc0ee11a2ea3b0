import type { Instant } from '../core/instant.ts';

/**
 * A moment as HTTP writes it, in any of the three forms of RFC 9110 §5.6.7; null for anything else. The asctime form has
 * no zone, and JavaScript would read it as local time.
 */
export function httpDate(text: string): Instant | null {
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return null;
  const instant = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(instant) ? null : instant;
}
