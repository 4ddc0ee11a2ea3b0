import { statSync } from 'node:fs';
import type { Layout } from './layout.ts';

/**
 * Whether the two halves of the state directory are two users' (docs/state.md section 2): `issuer/` belongs to another one
 * than the directory itself.
 */
export function isSplit({ root, issuer }: Layout): boolean {
  const whole = statSync(root, { throwIfNoEntry: false });
  const half = statSync(issuer, { throwIfNoEntry: false });
  return whole !== undefined && half !== undefined && whole.uid !== half.uid;
}
