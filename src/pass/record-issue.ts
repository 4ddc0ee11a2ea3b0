import { asCertdError, type CertdError, logFields } from '../core/errors.ts';
import { attemptKey } from '../core/issue/attempt-key.ts';
import { nextAttempt } from '../core/issue/backoff.ts';
import { fits } from '../core/issue/order-fits.ts';
import { stateAfter } from '../core/issue/state-after-failure.ts';
import { firstIssuerState, type IssuerState, type Target } from '../core/model.ts';
import { writeIssuerState } from '../store/issuer-state.ts';
import type { Attempt } from './attempt.ts';
import type { HostParts } from './host-parts.ts';
import { writeJournal } from './write-journal.ts';

/**
 * Writes the next attempt down before this one: an attempt whose failure could not be recorded would be made
 * again at every look, with an order each time. On a disk that takes not even this, none is placed. The order that
 * it will probably place is counted already. Throws the disk's error.
 */
export async function holdAhead(attempt: Attempt, { disk, layout, random }: HostParts): Promise<void> {
  const { target, seen, ca, startedAt, orders } = attempt;
  const { issuer: before, issued, order } = seen;
  const nextAttemptAt = nextAttempt({
    retry: 'back-off',
    failures: before.failures + 1,
    notBefore: null,
    now: startedAt,
    draw: random(),
    outSince: null,
    end: issued.at(-1)?.leaf.notAfter ?? null,
  });
  const takesUp = order !== null && fits(order, target) && order.ca === ca.name;
  const counted = takesUp ? orders : [...orders, { at: startedAt, domains: target.domains }];
  await writeIssuerState(disk, layout.issuerState(target.name), {
    ...before,
    orders: counted,
    nextAttemptAt,
    lastAttemptAt: startedAt,
    failedFor: attemptKey(target),
  });
}

/** Returns why it could not be written down. */
export function recordSuccess(
  { target, ca, startedAt, orders }: Attempt,
  id: string,
  parts: HostParts,
): Promise<CertdError | null> {
  const { disk, layout, clock, log, tally } = parts;
  return recorded(target, parts, async () => {
    const now = clock.now();
    const durationMs = now - startedAt;
    const facts = { certificate: target.name, generation: id, ca: ca.name, durationMs };
    log.info(facts, 'certificate issued');
    tally.onAttempt({ name: target.name, ca: ca.name, result: 'success', durationMs });
    // The window belonged to the generation before; the next look asks for the new one.
    const state: IssuerState = { ...firstIssuerState, orders, lastAttemptAt: now, lastSuccessAt: now };
    await writeIssuerState(disk, layout.issuerState(target.name), state);
    await writeJournal(layout.issuer, { event: 'issued', ...facts }, parts);
  });
}

/** Returns why it could not be written down. */
export function recordFailure(
  attempt: Attempt,
  error: CertdError,
  parts: HostParts,
): Promise<CertdError | null> {
  const { disk, layout, clock, log, random, tally } = parts;
  const { target, seen, ca, byHand, startedAt, orders } = attempt;
  const file = layout.issuerState(target.name);
  return recorded(target, parts, async () => {
    const facts = { certificate: target.name, ca: ca.name, ...logFields(error) };
    if (isNoFailure(error, attempt)) {
      log.info(facts, 'attempt ended early');
      return writeIssuerState(disk, file, { ...seen.issuer, orders });
    }
    log.error(facts, 'certificate could not be issued');
    const now = clock.now();
    tally.onAttempt({ name: target.name, ca: ca.name, result: 'failure', durationMs: now - startedAt });
    const before = { issuer: seen.issuer, newest: seen.issued.at(-1) ?? null, orders };
    const state = stateAfter(target, before, { error, ca, byHand }, { now, draw: random() });
    await writeIssuerState(disk, file, state);
    await writeJournal(layout.issuer, { event: 'failed', certificate: target.name, code: error.code }, parts);
  });
}

/** A stop, an order that goes on and one that is placed anew at once do not count against the certificate. */
function isNoFailure({ code }: CertdError, { lostBefore }: Attempt): boolean {
  return code === 'stopped' || code === 'order-waits' || (code === 'order-gone' && !lostBefore);
}

/** An outcome that cannot be written down stays what it is; that the disk fails is said beside it. */
async function recorded(
  { name }: Target,
  { log, world }: HostParts,
  write: () => Promise<void>,
): Promise<CertdError | null> {
  try {
    await write();
    world.recorded(name);
    return null;
  } catch (thrown) {
    const error = asCertdError(thrown);
    world.unrecorded(name, error);
    log.error({ certificate: name, ...logFields(error) }, 'outcome could not be recorded');
    return error;
  }
}
