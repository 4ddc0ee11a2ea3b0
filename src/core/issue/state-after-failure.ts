import type { CertdError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { CaChoice, Generation, IssuerState, PlacedOrder, Target } from '../model.ts';
import { isOutage } from './about-the-ca.ts';
import { attemptKey } from './attempt-key.ts';
import { holds, nextAttempt } from './backoff.ts';
import { troublesAfter } from './ca-trouble.ts';
import { chooseCa } from './choose-ca.ts';
import { failureRecord } from './failure-record.ts';

/** What is known of a certificate after a failed attempt, and when the next one is made. */
export function stateAfter(
  target: Target,
  { issuer: before, newest, orders }: Before,
  { error, ca, byHand }: Failed,
  { now, draw }: { readonly now: Instant; readonly draw: number },
): IssuerState {
  const troubles = troublesAfter(before.troubles, ca.name, error, now);
  const since = troubles.filter(trouble => trouble.ca === ca.name).map(trouble => trouble.since);
  const outSince = isOutage(error) ? Math.min(now, ...since) : null;
  const failures = failuresAfter(before.failures, outSince !== null, byHand);
  const end = newest?.leaf.notAfter ?? null;
  const { retry, notBefore } = error;
  const own = nextAttempt({ retry, failures: Math.max(1, failures), notBefore, now, draw, outSince, end });
  const state: IssuerState = {
    ...before,
    failures,
    nextAttemptAt: byHand && holds(before.nextAttemptAt, now) ? before.nextAttemptAt : own,
    troubles,
    orders,
    lastAttemptAt: now,
    failedFor: attemptKey(target),
    lastError: failureRecord(error, before.lastError, now),
  };
  return movesOn(target, state, ca, newest, now) ? { ...state, nextAttemptAt: null } : state;
}

type Before = {
  readonly issuer: IssuerState;
  readonly newest: Generation | null;
  readonly orders: readonly PlacedOrder[];
};

type Failed = {
  readonly error: CertdError;
  /** Where the attempt was made. */
  readonly ca: CaChoice;
  readonly byHand: boolean;
};

/**
 * An outage of the CA is no failure of the certificate. And who tries again and again while mending must not put
 * certd's own next attempt off by a day.
 */
function failuresAfter(before: number, isOut: boolean, byHand: boolean): number {
  if (isOut) return before;
  return byHand ? Math.max(1, before) : before + 1;
}

/** Whether the next attempt goes to a CA that has not failed yet: what held the one before it back is no concern of it. */
function movesOn(
  target: Target,
  issuer: IssuerState,
  ca: CaChoice,
  newest: Generation | null,
  now: Instant,
): boolean {
  const issued = newest === null ? [] : [newest];
  const next = chooseCa(target, { order: null, issued, issuer }, now);
  return next.name !== ca.name && !issuer.troubles.some(trouble => trouble.ca === next.name);
}
