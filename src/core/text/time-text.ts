import type { Instant, Millis } from '../instant.ts';

const latest = Date.parse('9999-12-31T23:59:59.999Z');

/** RFC 3339 in UTC, as every file and document has it. Its years have four digits: what lies outside is cut. */
export function toRfc3339(at: Instant): string {
  const known = texts.get(at);
  if (known !== undefined) return known;
  const text = new Date(Math.min(latest, Math.max(0, at))).toISOString();
  if (texts.size >= mostTexts) texts.clear();
  texts.set(at, text);
  return text;
}

/**
 * The same moments are told again with each document, and making their texts was a third of it: eight for each of a
 * thousand certificates.
 */
const texts = new Map<Instant, string>();
const mostTexts = 16_384;

export function rfc3339OrNull(at: Instant | null): string | null {
  return at === null ? null : toRfc3339(at);
}

const units: readonly (readonly [string, Millis])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

/** A span for people: its largest unit, rounded down ("61d", "3h", "0s"). */
export function spanText(ms: Millis): string {
  const [unit, size] = units.find(([, length]) => Math.abs(ms) >= length) ?? ['s', 1000];
  return `${Math.trunc(ms / size)}${unit}`;
}

/** "in 61d", "3h ago", "now". */
export function relativeText(at: Instant, now: Instant): string {
  const distance = at - now;
  if (Math.abs(distance) < 1000) return 'now';
  return distance > 0 ? `in ${spanText(distance)}` : `${spanText(-distance)} ago`;
}
