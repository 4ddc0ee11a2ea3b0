import type { Asked } from './due.ts';
import type { Observed } from './model.ts';

/**
 * Who goes first where several certificates want the same CA, as numbers of which the smaller goes first:
 * what a person waits for, then what has not failed before what has, then what ends first: its window, since only an
 * order inside it is spared limits, or itself. One that has no certificate at all ends before every other.
 */
export function urgency({ issued, issuer }: Observed, asked: Asked): readonly number[] {
  const newest = issued.at(-1);
  const window = issuer.window?.generation === newest?.id ? issuer.window : null;
  const end = window?.end ?? newest?.leaf.notAfter ?? 0;
  return [asked === 'nothing' ? 1 : 0, issuer.failures > 0 ? 1 : 0, end];
}
