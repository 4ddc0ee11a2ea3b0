import type { Blocked } from '../blocked.ts';
import { asksPerson } from '../host/host-duty.ts';
import type { Instant, Millis } from '../instant.ts';
import type { Generation, IssuerState, Revocation } from '../model.ts';
import { attemptKey } from './attempt-key.ts';
import { holds } from './backoff.ts';
import { longestCaHold } from './ca-trouble.ts';
import { chooseCa } from './choose-ca.ts';
import { type Look, type Reason, whyDue } from './due.ts';
import { sparedUntil } from './order-budget.ts';
import { type RenewalMoment, renewalMoment, standInOf } from './renewal.ts';

/** What is to be done about the issue of one certificate. */
export type IssueVerdict =
  | { readonly kind: 'now'; readonly reason: Reason }
  | {
      readonly kind: 'held';
      readonly reason: Reason;
      readonly until: Instant;
      /** `limit`: it could wait, and would take the last of the orders that the CA allows in a week. */
      readonly by: 'back-off' | 'ca' | 'limit';
      /** An attempt that has begun is held by what was written down ahead of it: it is under way or was cut short. */
      readonly begun: boolean;
    }
  | { readonly kind: 'later'; readonly moment: RenewalMoment }
  /** `on_clone: hold`, and this is another host than before: a person says what is to become of it. */
  | { readonly kind: 'asks'; readonly reason: Reason }
  /** The newest generation was revoked, and is not to be replaced by itself. */
  | { readonly kind: 'revoked'; readonly revocation: Revocation }
  | Blocked;

/** The decision about the issue alone, of a certificate that the disk does not block. Pure and total, as `planFor`. */
export function issueVerdict(look: Look): IssueVerdict {
  const { fault } = look.seen.host;
  if (fault !== null) return { kind: 'blocked', ...fault };
  const due = whyDue(look);
  if ('moment' in due) return { kind: 'later', moment: due.moment };
  if ('revoked' in due) return { kind: 'revoked', revocation: due.revoked };
  if (asksPerson(look.target, look.seen.host)) return { kind: 'asks', reason: due.reason };
  return { ...(hold(look, due.reason) ?? { kind: 'now' }), reason: due.reason };
}

/** No more than this is a clock set back that is kept right. */
const keptWell: Millis = 60_000;

/** What an attempt waits for: the CA, our own back-off or a limit that is nearly spent, whichever is longest. */
function hold(look: Look, reason: Reason) {
  const { target, seen, asked, now } = look;
  const { nextAttemptAt, lastAttemptAt, failedFor } = seen.issuer;
  const byCa = waitOfCa(look, reason);
  // What failed for another configuration says nothing about this one.
  const ours = asked === 'nothing' && (failedFor === null || failedFor === attemptKey(target));
  // An attempt that lies ahead was made by a clock that ran ahead, and so is the moment that it left.
  const ranAhead = lastAttemptAt !== null && lastAttemptAt - now > keptWell;
  const byUs = ours && !ranAhead && holds(nextAttemptAt, now) ? nextAttemptAt : null;
  if (byUs !== null && byUs > (byCa ?? now)) {
    return { kind: 'held', until: byUs, by: 'back-off', begun: hasBegun(seen.issuer) } as const;
  }
  const byLimit = isEarly(look, reason) ? sparedUntil(seen.issuer.orders, target.domains, now) : null;
  if (byLimit !== null && byLimit > (byCa ?? now)) {
    return { kind: 'held', until: byLimit, by: 'limit', begun: false } as const;
  }
  return byCa === null ? null : ({ kind: 'held', until: byCa, by: 'ca', begun: false } as const);
}

/** The latest moment that the CA has asked to wait for: as a whole, and for an order that it is at work on. */
function waitOfCa({ target, seen, now }: Look, { code }: Reason): Instant | null {
  const { name } = chooseCa(target, seen, now);
  const order = code === 'order-under-way' ? seen.order : null;
  const trouble = seen.issuer.troubles.find(({ ca }) => ca === name);
  const moments = [trouble?.notBefore ?? null, order?.notBefore ?? null];
  const ahead = moments.filter(moment => moment !== null).filter(moment => holds(moment, now, longestCaHold));
  return ahead.length === 0 ? null : Math.max(...ahead);
}

/** Whether the certificate could wait: neither forced nor due by its lifetime. */
function isEarly({ target, seen, now }: Look, { code }: Reason): boolean {
  if (code === 'configuration-changed') return true;
  const byLifetime = { ...seen.issuer, window: null };
  const momentOf = (newest: Generation) =>
    renewalMoment(newest, byLifetime, target.renewAt, standInOf(seen)).renewAt;
  const mayWait = code === 'renewal-due' || code === 'cloned';
  return mayWait && seen.issued.slice(-1).some(newest => momentOf(newest) > now);
}

/** An attempt that failed is as old as its error. */
function hasBegun({ lastAttemptAt, lastError }: IssuerState): boolean {
  return lastAttemptAt !== null && (lastError === null || lastError.at < lastAttemptAt);
}
