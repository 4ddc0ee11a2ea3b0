import type { Authority } from '../config/config.ts';
import { attemptKey } from '../core/attempt-key.ts';
import { nextAttempt } from '../core/backoff.ts';
import { asCertdError, type CertdError, logFields } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import {
  type CaChoice,
  firstIssuerState,
  type Generation,
  type IssuerState,
  type Observed,
  type PlacedOrder,
  type Target,
} from '../core/model.ts';
import { recentOrders } from '../core/order-budget.ts';
import { fits } from '../core/order-fits.ts';
import { stateAfter } from '../core/state-after-failure.ts';
import { writeIssuerState } from '../store/issuer-state.ts';
import { issue } from './issue.ts';
import type { PassParts } from './pass-parts.ts';
import { replacedCertId } from './renewal-window.ts';
import { writeJournal } from './write-journal.ts';

export type Circumstances = {
  /** Where the order goes to. */
  readonly ca: CaChoice;
  readonly authority: Authority;
  /** This pass has already lost an order, so that another loss counts as a failure. */
  readonly lostBefore: boolean;
  /** A person asked for it. */
  readonly byHand: boolean;
};

/** One attempt to issue, with its outcome written down (docs/state.md section 4, steps 1 to 8). */
export async function attemptIssue(
  target: Target,
  seen: Observed,
  circumstances: Circumstances,
  parts: PassParts,
): Promise<{ readonly issued: string | null; readonly error: CertdError | null }> {
  const startedAt = parts.clock.now();
  const before: Before = { issuer: seen.issuer, newest: seen.issued.at(-1) ?? null, orders: [], startedAt };
  let orders = recentOrders(seen.issuer.orders, startedAt);
  const onOrder = () => {
    orders = [...orders, { at: startedAt, domains: target.domains }];
  };
  let issued: string;
  try {
    await holdAhead(target, seen, circumstances, parts);
    const work = () => issueOnce(target, seen, { ...circumstances, onOrder }, parts);
    issued = await parts.attemptHooks.around(target, parts, work);
  } catch (thrown) {
    const error = asCertdError(thrown);
    await recorded(target, parts, () =>
      recordFailure(target, { ...before, orders }, { ...circumstances, error }, parts),
    );
    return { issued: null, error };
  }
  const error = await recorded(target, parts, () =>
    recordSuccess(target, { ...before, orders }, { ...circumstances, id: issued }, parts),
  );
  return { issued, error };
}

/** What an attempt began with, and the orders of the last seven days with its own. */
type Before = {
  readonly issuer: IssuerState;
  readonly newest: Generation | null;
  readonly orders: readonly PlacedOrder[];
  readonly startedAt: Instant;
};

/**
 * Writes the next attempt down before this one: an attempt whose failure could not be recorded would be made
 * again at every look, with an order each time. On a disk that takes not even this, none is placed. The order that
 * it will probably place is counted already.
 */
async function holdAhead(
  target: Target,
  { issuer: before, issued, order }: Observed,
  { ca }: Circumstances,
  parts: PassParts,
): Promise<void> {
  const { disk, layout, clock, random } = parts;
  const now = clock.now();
  const nextAttemptAt = nextAttempt({
    retry: 'back-off',
    failures: before.failures + 1,
    notBefore: null,
    now,
    draw: random(),
    outSince: null,
    end: issued.at(-1)?.leaf.notAfter ?? null,
  });
  const takesUp = order !== null && fits(order, target) && order.ca === ca.name;
  const recent = recentOrders(before.orders, now);
  const orders = takesUp ? recent : [...recent, { at: now, domains: target.domains }];
  const state = { ...before, orders, nextAttemptAt, lastAttemptAt: now, failedFor: attemptKey(target) };
  await writeIssuerState(disk, layout.issuerState(target.name), state);
}

function issueOnce(
  target: Target,
  seen: Observed,
  { ca, authority, onOrder }: Circumstances & { readonly onOrder: () => void },
  parts: PassParts,
): Promise<string> {
  const attempt = {
    target,
    seen,
    ca,
    authority,
    onOrder,
    issuer: parts.issuerFor(authority),
    solver: parts.solverFor(target, authority),
    replaces: replacedCertId(target, seen, authority, parts),
  };
  return issue(attempt, parts);
}

/** An outcome that cannot be written down stays what it is; that the disk fails is said beside it. */
async function recorded(
  target: Target,
  { log, world }: PassParts,
  write: () => Promise<void>,
): Promise<CertdError | null> {
  try {
    await write();
    world.recorded(target.name);
    return null;
  } catch (thrown) {
    const error = asCertdError(thrown);
    world.unrecorded(target.name, error);
    const facts = { certificate: target.name, ...logFields(error) };
    log.error(facts, 'outcome could not be recorded');
    return error;
  }
}

async function recordSuccess(
  target: Target,
  { orders, startedAt }: Before,
  { ca, id }: Circumstances & { readonly id: string },
  parts: PassParts,
): Promise<void> {
  const { disk, layout, clock, log } = parts;
  const now = clock.now();
  const durationMs = now - startedAt;
  const facts = { certificate: target.name, generation: id, ca: ca.name, durationMs };
  log.info(facts, 'certificate issued');
  parts.tally.onAttempt({ name: target.name, ca: ca.name, result: 'success', durationMs });
  // The window belonged to the generation before; the next look asks for the new one.
  const state: IssuerState = { ...firstIssuerState, orders, lastAttemptAt: now, lastSuccessAt: now };
  await writeIssuerState(disk, layout.issuerState(target.name), state);
  await writeJournal(layout.issuer, { event: 'issued', ...facts }, parts);
}

type Failed = Circumstances & { readonly error: CertdError };

async function recordFailure(
  target: Target,
  before: Before,
  failed: Failed,
  parts: PassParts,
): Promise<void> {
  const { disk, layout, clock, log } = parts;
  const { error, ca, lostBefore } = failed;
  const facts = { certificate: target.name, ca: ca.name, ...logFields(error) };
  const file = layout.issuerState(target.name);
  if (isNoFailure(error, lostBefore)) {
    log.info(facts, 'attempt ended early');
    return writeIssuerState(disk, file, { ...before.issuer, orders: before.orders });
  }
  log.error(facts, 'certificate could not be issued');
  const now = clock.now();
  const durationMs = now - before.startedAt;
  parts.tally.onAttempt({ name: target.name, ca: ca.name, result: 'failure', durationMs });
  await writeIssuerState(disk, file, stateAfter(target, before, failed, { now, draw: parts.random() }));
  await writeJournal(layout.issuer, { event: 'failed', certificate: target.name, code: error.code }, parts);
}

/** A stop, an order that goes on and one that is placed anew at once do not count against the certificate. */
function isNoFailure({ code }: CertdError, lostBefore: boolean): boolean {
  return code === 'stopped' || code === 'order-waits' || (code === 'order-gone' && !lostBefore);
}
