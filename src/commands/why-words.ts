import type { Instant } from '../core/instant.ts';
import { relativeText, toRfc3339 } from '../core/text/time-text.ts';

/** A moment, and how far it is. */
export function when(at: Instant, now: Instant): string {
  return `${toRfc3339(at)} (${relativeText(at, now)})`;
}
