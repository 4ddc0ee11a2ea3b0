import type { Instant } from '../core/instant.ts';
import { holds } from '../core/issue/backoff.ts';
import type { Look } from '../core/issue/due.ts';
import { renewalMoment, standInOf } from '../core/issue/renewal.ts';
import type { RenewalWindow } from '../core/model.ts';
import { withdrawalOf } from '../core/revoke/revocation.ts';
import { relativeText, toRfc3339 } from '../core/text/time-text.ts';
import { when } from './why-words.ts';

/** When the newest generation is renewed by itself, and by whose word; nothing of one that is revoked. */
export function renewalLines({ target, seen, now }: Look): readonly string[] {
  const newest = seen.issued.at(-1);
  if (newest === undefined || withdrawalOf(newest, seen) !== null) return [];
  const { window, windowCheckAt } = seen.issuer;
  const standIn = standInOf(seen);
  const moment = renewalMoment(newest, seen.issuer, target.renewAt, standIn);
  const byLifetime = renewalMoment(newest, { ...seen.issuer, window: null }, target.renewAt, standIn);
  const lifetime = `its lifetime: ${when(byLifetime.renewAt, now)}`;
  const question = holds(windowCheckAt, now) ? when(windowCheckAt, now) : 'at the next look';
  return [
    ...(moment.window === null
      ? [noWindow(window), `by ${lifetime}`]
      : [...windowLines(moment.window, moment.renewAt, now), `without a window, by ${lifetime}`]),
    ...(standIn === null
      ? []
      : [
          `it was rolled back; at the latest with a tenth of the lifetime left of what is live another is ordered`,
        ]),
    `the CA is asked for its window ${question}`,
  ];
}

function noWindow(window: RenewalWindow | null): string {
  if (window === null) return 'no window of the CA is known';
  return `the window that is known is that of ${window.generation}`;
}

function windowLines(window: RenewalWindow, renewAt: Instant, now: Instant): readonly string[] {
  const { start, end, explanationUrl, confirmedAt } = window;
  const said = `as it said ${relativeText(confirmedAt, now)}`;
  return [
    `the CA’s window: ${toRfc3339(start)} to ${toRfc3339(end)}, ${said}`,
    ...(explanationUrl === null ? [] : [`why it has this window: ${explanationUrl}`]),
    `drawn in it: ${when(window.renewAt, now)}`,
    ...(renewAt === window.renewAt ? [] : [`moved to ${when(renewAt, now)}: ${whyMoved(window, renewAt)}`]),
  ];
}

function whyMoved({ renewAt: drawn }: RenewalWindow, renewAt: Instant): string {
  return renewAt > drawn
    ? 'a new certificate is left alone for a while'
    : 'with a twentieth of the lifetime left no window is waited for';
}
