import type { Generation, Instant, Observed, Target } from './model.ts';
import { type RenewalMoment, renewalMoment } from './renewal.ts';

/** Why a certificate is to be ordered now: a stable code and the facts for a person. */
export type Reason = {
  readonly code:
    | 'order-under-way'
    | 'no-certificate'
    | 'forced'
    | 'domains-added'
    | 'configuration-changed'
    | 'renewal-due';
  readonly text: string;
};

/**
 * What a person asked for: nothing, a pass, this certificate by name, or a new one whatever its age. `named`
 * also carries out changes that otherwise wait for the next renewal (contract section 2).
 */
export type Asked = 'nothing' | 'pass' | 'named' | 'forced';

export type Situation = {
  readonly target: Target;
  readonly seen: Observed;
  readonly newest: Generation | null;
  readonly moment: RenewalMoment | null;
  readonly asked: Asked;
  readonly now: Instant;
};

/** Ordered checks; the first that speaks is the reason. */
const checks: readonly ((situation: Situation) => Reason | null)[] = [
  orderUnderWay,
  noCertificate,
  forced,
  domainsAdded,
  configurationChanged,
  renewalDue,
];

export function whyDue(situation: Situation): Reason | null {
  for (const check of checks) {
    const reason = check(situation);
    if (reason !== null) return reason;
  }
  return null;
}

export function situationOf(target: Target, seen: Observed, asked: Asked, now: Instant): Situation {
  const newest = seen.issued.at(-1) ?? null;
  const moment = newest === null ? null : renewalMoment(newest, seen.issuer.window, target.renewAt);
  return { target, seen, newest, moment, asked, now };
}

/** Differences between the newest generation and the configuration that wait for the next renewal. */
export function pendingChanges(target: Target, newest: Generation): readonly string[] {
  const changes: string[] = [];
  const removed = newest.leaf.domains.filter(domain => !target.domains.includes(domain));
  if (removed.length > 0) changes.push(`domains removed: ${removed.join(', ')}`);
  if (newest.leaf.keyType !== target.keyType) changes.push(`key type: ${target.keyType}`);
  if (newest.ca !== target.ca) changes.push(`ca: ${target.ca}`);
  return changes;
}

function orderUnderWay({ seen }: Situation): Reason | null {
  if (!seen.orderUnderWay) return null;
  return { code: 'order-under-way', text: 'an order is under way and is taken up again' };
}

function noCertificate({ newest }: Situation): Reason | null {
  return newest === null ? { code: 'no-certificate', text: 'there is no certificate yet' } : null;
}

function forced({ asked }: Situation): Reason | null {
  return asked === 'forced' ? { code: 'forced', text: 'asked for by `certd renew --force`' } : null;
}

function domainsAdded({ target, newest }: Situation): Reason | null {
  const added = target.domains.filter(domain => !newest?.leaf.domains.includes(domain));
  if (added.length === 0) return null;
  return { code: 'domains-added', text: `the configuration adds ${added.join(', ')}` };
}

function configurationChanged({ target, newest, asked }: Situation): Reason | null {
  if (asked !== 'named' || newest === null) return null;
  const changes = pendingChanges(target, newest);
  return changes.length === 0 ? null : { code: 'configuration-changed', text: changes.join('; ') };
}

function renewalDue({ moment, asked, now }: Situation): Reason | null {
  if (moment === null) return null;
  // A person who asks need not wait out the guard against a CA whose windows lie in the past.
  const drawn = asked === 'nothing' ? null : (moment.window?.renewAt ?? null);
  if (Math.min(moment.renewAt, drawn ?? moment.renewAt) > now) return null;
  const text =
    moment.source === 'ari' ? "the CA's renewal window has come" : 'its share of the lifetime has passed';
  return { code: 'renewal-due', text };
}
