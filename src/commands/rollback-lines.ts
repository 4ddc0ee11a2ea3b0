import type { Instant } from '../core/instant.ts';
import { plainText } from '../core/text/plain-text.ts';
import type { RollbackAnswer } from '../daemon/run-rollback.ts';
import { deployLines } from './deploy-lines.ts';
import { wrap } from './wrap.ts';

/** What `certd rollback` prints: what is never deployed again, and what became of the way back. */
export function rollbackLines(
  { name, to, rejected, results }: RollbackAnswer,
  now: Instant,
  width: number,
): readonly string[] {
  const never = rejected.length === 0 ? '' : `; never deployed again: ${rejected.join(', ')}`;
  const text = `${name}: goes back to ${to}${never}`;
  return [...wrap(plainText(text), { width, first: '', next: '    ' }), ...deployLines(results, now, width)];
}
