import { CertdError } from './errors.ts';

const pattern = /^(\d{4,9})-([0-9a-f]{8})$/;
const largest = 999_999_999;

/** The counter of a generation id, or null for text that is no id (docs/state.md section 1). */
export function counterOf(id: string): number | null {
  const digits = pattern.exec(id)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Whether an id is that of this leaf (docs/state.md section 1). */
export function isIdOf(id: string, fingerprintSha256: string): boolean {
  return id.endsWith(`-${fingerprintSha256.slice(0, 8)}`);
}

/** Sorts ids oldest first. By counter, not as text: 10000 comes after 9999. */
export function byAge(a: string, b: string): number {
  return (counterOf(a) ?? 0) - (counterOf(b) ?? 0);
}

/**
 * The id of a new generation, given every id that this name has anywhere on disk. Throws `state-corrupt` where the last
 * number is taken: no certd has counted so far.
 */
export function nextId(known: readonly string[], fingerprintSha256: string): string {
  const last = Math.max(0, ...known.map(id => counterOf(id) ?? 0));
  if (last === largest) {
    const [id = ''] = known.filter(each => counterOf(each) === last);
    throw new CertdError('state-corrupt', `no number comes after that of ${id}: remove that generation`);
  }
  return `${String(last + 1).padStart(4, '0')}-${fingerprintSha256.slice(0, 8)}`;
}
