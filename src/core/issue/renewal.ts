import type { Instant, Millis } from '../instant.ts';
import type { Generation, IssuerState, Observed, RenewAt, RenewalWindow } from '../model.ts';

const hour = 3_600_000;
const tenDays = 240 * hour;

export type RenewalMoment = {
  /** `cloned`: account and key are another host's. */
  readonly source: 'ari' | 'lifetime' | 'cloned';
  readonly renewAt: Instant;
  readonly window: RenewalWindow | null;
};

/**
 * When this generation is to be renewed: at the moment drawn in the CA's window (RFC 9773), else by the
 * configured share of the lifetime. With under a twentieth of the lifetime left no window is waited for. `standIn`: what is
 * live in its place after a rollback, and ends before it.
 */
export function renewalMoment(
  generation: Generation,
  { window, lastSuccessAt }: Pick<IssuerState, 'window' | 'lastSuccessAt'>,
  renewAt: RenewAt | null,
  standIn: Pick<Generation, 'leaf'> | null = null,
): RenewalMoment {
  if (standIn !== null) return beforeEndOf(standIn, generation, { window, lastSuccessAt }, renewAt);
  // CAs date certificates back, and the host's clock may be wrong: what counts is when it came.
  const cameAt = Math.max(generation.leaf.notBefore, lastSuccessAt ?? 0);
  const wanted = Math.max(momentByLifetime(generation, renewAt), cameAt + rest(generation));
  const byLifetime = { source: 'lifetime', renewAt: wanted, window: null } as const;
  if (window === null || window.generation !== generation.id) return byLifetime;
  const latest = generation.leaf.notAfter - lifetimeOf(generation) / 20;
  const earliest = cameAt + youth(generation);
  return { source: 'ari', renewAt: Math.min(latest, Math.max(earliest, window.renewAt)), window };
}

/**
 * What is live in the place of the newest generation after a rollback; null where the newest is none that was rejected.
 */
export function standInOf({ issued, live, deploy }: Observed): Pick<Generation, 'leaf'> | null {
  const newest = issued.at(-1);
  if (newest === undefined || live === null || live.id === newest.id) return null;
  return deploy.rejected.includes(newest.id) ? live : null;
}

/** With a tenth left of what stands in, and not at once: the next one may well be what was rolled back. */
function beforeEndOf(
  standIn: Pick<Generation, 'leaf'>,
  newest: Generation,
  state: Pick<IssuerState, 'window' | 'lastSuccessAt'>,
  renewAt: RenewAt | null,
): RenewalMoment {
  const moment = renewalMoment(newest, state, renewAt);
  const cameAt = Math.max(newest.leaf.notBefore, state.lastSuccessAt ?? 0);
  const latest = Math.max(standIn.leaf.notAfter - lifetimeOf(standIn) / 10, cameAt + rest(newest));
  return moment.renewAt <= latest ? moment : { source: 'lifetime', renewAt: latest, window: null };
}

export function lifetimeOf({ leaf }: Pick<Generation, 'leaf'>): Millis {
  return leaf.notAfter - leaf.notBefore;
}

/**
 * How long a new generation is not renewed by itself, whatever the window says. A CA whose windows lie in
 * the past would otherwise be sent an order at every tick, until its limit on equal certificates is spent.
 */
function youth(generation: Generation): Millis {
  return Math.min(hour, lifetimeOf(generation) / 100);
}

/**
 * The same for a certificate that is past its renewal as soon as it comes, by this host's clock: a day, so
 * that a clock that is weeks ahead costs an order a day and not one at every tick.
 */
function rest(generation: Generation): Millis {
  return Math.min(24 * hour, lifetimeOf(generation) / 10);
}

function momentByLifetime(generation: Generation, renewAt: RenewAt | null): Instant {
  const lifetime = lifetimeOf(generation);
  if (renewAt?.kind === 'before-end') {
    // A lifetime shorter than the configured time must not make each new certificate due at once.
    const wanted = generation.leaf.notAfter - renewAt.ms;
    return Math.max(wanted, generation.leaf.notBefore + lifetime / 2);
  }
  const share = renewAt?.share ?? (lifetime < tenDays ? 1 / 2 : 2 / 3);
  return Math.round(generation.leaf.notBefore + lifetime * share);
}

/**
 * One uniform moment inside the window (RFC 9773 §4.2), to be stored. `draw` is uniform in [0, 1). It leaves the last
 * tenth, or minute, alone: an order must be at the CA before the window ends, since limits spare only those that are.
 */
export function drawInWindow(start: Instant, end: Instant, draw: number): Instant {
  const width = end - start;
  return Math.floor(start + (width - Math.min(width / 10, longestMargin)) * draw);
}

const longestMargin: Millis = 60_000;

/** How long a CA that no longer answers is believed about a window: a tenth of the lifetime, three days at the most. */
function longestSilence(generation: Generation): Millis {
  return Math.min(3 * 24 * hour, lifetimeOf(generation) / 10);
}

/**
 * The window to keep when the CA could not be asked. After a long silence a window that is later than the share of
 * the lifetime no longer holds the renewal up: nobody knows whether the CA still means it.
 */
export function windowAfterSilence(
  stored: RenewalWindow | null,
  generation: Generation,
  renewAt: RenewAt | null,
  now: Instant,
): RenewalWindow | null {
  if (stored === null || now - stored.confirmedAt < longestSilence(generation)) return stored;
  return stored.renewAt > momentByLifetime(generation, renewAt) ? null : stored;
}

/**
 * The window to store after the CA was asked: the drawn moment stays while the window stays, or else each
 * question would draw anew and could put the renewal off for ever.
 */
export function windowAfterAnswer(
  stored: RenewalWindow | null,
  answer: { readonly start: Instant; readonly end: Instant; readonly explanationUrl: string | null },
  { generation, draw, now }: { readonly generation: string; readonly draw: number; readonly now: Instant },
): RenewalWindow {
  const same =
    stored !== null &&
    stored.generation === generation &&
    stored.start === answer.start &&
    stored.end === answer.end;
  const renewAt = same ? stored.renewAt : drawInWindow(answer.start, answer.end, draw);
  const { start, end, explanationUrl } = answer;
  return { generation, start, end, renewAt, explanationUrl, confirmedAt: now };
}
