import type { Millis } from '../core/instant.ts';
import type { RenewAt } from '../core/model.ts';
import type { Reading } from './reading.ts';

const unitMs = new Map([
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
const dayMs = 86_400_000;

/** A limit such as `90s`, `10m` or `12h` in ms: at least a second, at most a day (Node's timers end at 24.8 days). */
export function readTimeLimit(text: string): Reading<Millis> {
  const ms = parseDuration(text);
  if (ms === null) return { problem: `${quoted(text)} is no duration; write one such as 90s, 10m or 12h` };
  if (ms < 1_000 || ms > dayMs) return { problem: `${quoted(text)} is not between 1s and 24h` };
  return { value: ms };
}

/** A share of a lifetime, `33%` or `2/3`, as a fraction from 0 to 1. */
export function readShare(text: string): Reading<number> {
  const share = parseShare(text);
  if (share === null) return { problem: `${quoted(text)} is no share; write one such as 33% or 2/3` };
  if (share > 1) return { problem: `${quoted(text)} is more than the whole` };
  return { value: share };
}

/** When to renew: a share of the lifetime (`2/3`), or a time before its end (`30d`). */
export function readRenewAt(text: string): Reading<RenewAt> {
  const share = parseShare(text);
  if (share !== null) {
    if (share <= 0 || share >= 1) return { problem: `${quoted(text)} does not lie between 0% and 100%` };
    return { value: { kind: 'share', share } };
  }
  const ms = parseDuration(text);
  if (ms === null || ms === 0) {
    return {
      problem: `${quoted(text)} is neither a share of the lifetime such as 2/3 nor a time before its end such as 30d`,
    };
  }
  if (ms > 365 * dayMs) return { problem: `${quoted(text)} is more than a year before the end` };
  return { value: { kind: 'before-end', ms } };
}

function parseDuration(text: string): Millis | null {
  const found = /^(\d{1,9})([smhd])$/.exec(text);
  const unit = unitMs.get(found?.[2] ?? '');
  return unit === undefined ? null : Number(found?.[1]) * unit;
}

function parseShare(text: string): number | null {
  const percent = /^(\d{1,3}(?:\.\d{1,6})?)%$/.exec(text);
  if (percent !== null) return Number(percent[1]) / 100;
  const ratio = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  if (ratio === null || Number(ratio[2]) === 0) return null;
  return Number(ratio[1]) / Number(ratio[2]);
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
