import type { NextOrder } from '../core/status/status-view.ts';
import { relativeText } from '../core/text/time-text.ts';

/** "1 certificate", "300 certificates". */
export function certificatesText(count: number): string {
  return `${count} ${count === 1 ? 'certificate' : 'certificates'}`;
}

/** What is renewed next, and when. One that is due is renewed by the pass under way, or the next one. */
export function nextOrderText({ name, at }: NextOrder, now: string): string {
  const when = at <= now ? 'now' : relativeText(Date.parse(at), Date.parse(now));
  return `the next renewal is ${name} ${when}`;
}
