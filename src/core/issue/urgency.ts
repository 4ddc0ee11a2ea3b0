import type { Observed } from '../model.ts';
import { withdrawalOf } from '../revoke/revocation.ts';
import type { Asked } from './due.ts';

/**
 * Who goes first where several certificates want the same CA, as numbers of which the smaller goes first:
 * what a person waits for, then what has not failed before what has, then what ends first: its window, since only an
 * order inside it is spared limits, or itself. One that has no certificate, or a revoked one, ends before every other.
 */
export function urgency(seen: Observed, asked: Asked): readonly number[] {
  const { issued, issuer } = seen;
  const newest = issued.at(-1);
  const window = issuer.window?.generation === newest?.id ? issuer.window : null;
  const good = newest === undefined || withdrawalOf(newest, seen) !== null ? null : newest;
  const end = good === null ? 0 : (window?.end ?? good.leaf.notAfter);
  return [asked === 'nothing' ? 1 : 0, issuer.failures > 0 ? 1 : 0, end];
}
