import { isCopyDue, isUntouched } from '../host/host-change.ts';
import { asksPerson, momentOfCopy } from '../host/host-duty.ts';
import { copiedText } from '../host/host-words.ts';
import type { Instant } from '../instant.ts';
import type { CaChoice, Generation, Observed, Revocation, Target } from '../model.ts';
import { withdrawalOf } from '../revoke/revocation.ts';
import { chooseCa } from './choose-ca.ts';
import { choiceOf, fits } from './order-fits.ts';
import { profileFits } from './profile.ts';
import { type RenewalMoment, renewalMoment, standInOf } from './renewal.ts';

/** Why a certificate is to be ordered now: a stable code and the facts for a person. */
export type Reason = {
  readonly code:
    | 'order-under-way'
    | 'no-certificate'
    | 'forced'
    | 'revoked'
    | 'cloned'
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

/** One look at one certificate. */
export type Look = {
  readonly target: Target;
  readonly seen: Observed;
  readonly asked: Asked;
  readonly now: Instant;
};

type Held = Look & {
  readonly newest: Generation;
  readonly moment: RenewalMoment;
  readonly withdrawal: Revocation | null;
};

type Check = { readonly code: Reason['code']; readonly ask: (held: Held) => Reason | null };

/** For a certificate that exists: ordered checks; the first that speaks is the reason. */
const checks: readonly Check[] = [
  { code: 'forced', ask: forced },
  { code: 'revoked', ask: revoked },
  { code: 'cloned', ask: cloned },
  { code: 'domains-added', ask: domainsAdded },
  { code: 'configuration-changed', ask: configurationChanged },
  { code: 'renewal-due', ask: renewalDue },
];

/**
 * Why the certificate is to be ordered now, or else the moment that is waited for; none where the newest
 * generation was revoked and is not to be replaced.
 */
export function whyDue(
  look: Look,
): { readonly reason: Reason } | { readonly moment: RenewalMoment } | { readonly revoked: Revocation } {
  const { target, seen, now } = look;
  if (isUnderWay(target, seen, now)) return { reason: orderUnderWay };
  const held = heldBy(look);
  if (held === null) return { reason: noCertificate };
  for (const { ask } of checks) {
    const reason = ask(held);
    if (reason !== null) return { reason };
  }
  if (held.withdrawal !== null) return { revoked: held.withdrawal };
  return { moment: momentOfCopy(held.moment, held.newest.id, seen.host) };
}

/** What every check says, in their order, for a person who wants to know: null where it has no reason to order now. */
export function allChecks(
  look: Look,
): readonly { readonly code: Reason['code']; readonly reason: Reason | null }[] {
  const held = heldBy(look);
  const underWay = isUnderWay(look.target, look.seen, look.now) ? orderUnderWay : null;
  return [
    { code: orderUnderWay.code, reason: underWay },
    { code: noCertificate.code, reason: held === null ? noCertificate : null },
    ...checks.map(({ code, ask }) => ({ code, reason: held === null ? null : ask(held) })),
  ];
}

/** Null without a certificate. */
function heldBy(look: Look): Held | null {
  const { target, seen } = look;
  const newest = seen.issued.at(-1);
  if (newest === undefined) return null;
  const moment = renewalMoment(newest, seen.issuer, target.renewAt, standInOf(seen));
  return { ...look, newest, moment, withdrawal: withdrawalOf(newest, seen) };
}

/**
 * One at a CA that is given up is cleared away by the next attempt, at another; one that belongs to another host's account
 * before it.
 */
function isUnderWay(target: Target, seen: Observed, now: Instant): boolean {
  const { order, host } = seen;
  if (isUntouched(host.change)) return false;
  return order !== null && fits(order, target) && order.ca === chooseCa(target, seen, now).name;
}

const orderUnderWay: Reason = {
  code: 'order-under-way',
  text: 'an order is under way and is taken up again',
};

const noCertificate: Reason = { code: 'no-certificate', text: 'there is no certificate yet' };

/** Differences between the newest generation and the configuration that wait for the next renewal. */
export function pendingChanges(target: Target, newest: Generation): readonly string[] {
  const changes: string[] = [];
  const removed = newest.leaf.domains.filter(domain => !target.domains.includes(domain));
  if (removed.length > 0) changes.push(`domains removed: ${removed.join(', ')}`);
  if (newest.leaf.keyType !== target.keyType) changes.push(`key type: ${target.keyType}`);
  const choice = choiceOf(newest.ca, target);
  if (choice === null) changes.push(`ca: ${target.cas[0].name}`);
  else changes.push(...changesAt(choice, newest));
  return changes;
}

/** What is asked of the same CA now and was not then. Whether it had it to give says nothing: it would be asked for ever. */
function changesAt(choice: CaChoice, { profile, preferredChain }: Generation): readonly string[] {
  const changes: string[] = [];
  if (!profileFits(profile, choice)) changes.push(`profile: ${choice.profile?.name ?? 'none'}`);
  if (preferredChain !== choice.preferredChain) {
    changes.push(`preferred chain: ${choice.preferredChain ?? 'none'}`);
  }
  return changes;
}

function forced({ asked }: Held): Reason | null {
  return asked === 'forced' ? { code: 'forced', text: 'asked for by `certd renew --force`' } : null;
}

function revoked({ withdrawal, newest }: Held): Reason | null {
  if (withdrawal === null || !withdrawal.replace) return null;
  return { code: 'revoked', text: revokedText(withdrawal, newest.id) };
}

/** What is wrong with a generation that is withdrawn. */
export function revokedText({ generation, reason }: Revocation, id: string): string {
  if (generation === id) return `generation ${id} is revoked (${reason})`;
  return `generation ${id} has the key of ${generation}, which is compromised`;
}

/** With `on_clone: hold` it is due at once, and waits for an answer. */
function cloned({ target, seen, newest, withdrawal, now }: Held): Reason | null {
  if (withdrawal !== null) return null;
  const isDue = asksPerson(target, seen.host) || isCopyDue(seen.host, newest.id, now);
  return isDue ? { code: 'cloned', text: copiedText(seen.host.change) } : null;
}

function domainsAdded({ target, newest }: Held): Reason | null {
  const added = target.domains.filter(domain => !newest.leaf.domains.includes(domain));
  if (added.length === 0) return null;
  return { code: 'domains-added', text: `the configuration adds ${added.join(', ')}` };
}

function configurationChanged({ target, newest, asked }: Held): Reason | null {
  if (asked !== 'named') return null;
  const changes = pendingChanges(target, newest);
  return changes.length === 0 ? null : { code: 'configuration-changed', text: changes.join('; ') };
}

function renewalDue({ moment, withdrawal, asked, now }: Held): Reason | null {
  if (withdrawal !== null) return null;
  // A person who asks need not wait out the guard against a CA whose windows lie in the past.
  const drawn = asked === 'nothing' ? null : (moment.window?.renewAt ?? null);
  if (Math.min(moment.renewAt, drawn ?? moment.renewAt) > now) return null;
  const text =
    moment.source === 'ari' ? "the CA's renewal window has come" : 'its share of the lifetime has passed';
  return { code: 'renewal-due', text };
}
