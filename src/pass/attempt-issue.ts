import type { Authority } from '../config/config.ts';
import { attemptKey } from '../core/attempt-key.ts';
import { holds, nextAttempt } from '../core/backoff.ts';
import { asCertdError, type CertdError, logFields } from '../core/errors.ts';
import {
  type CaChoice,
  firstIssuerState,
  type Instant,
  type IssuerState,
  type Observed,
  type Target,
} from '../core/model.ts';
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
  let issued: string;
  try {
    await holdAhead(target, seen.issuer, parts);
    issued = await issueOnce(target, seen, circumstances, parts);
  } catch (thrown) {
    const error = asCertdError(thrown);
    await recorded(target, parts, () =>
      recordFailure(target, seen.issuer, { ...circumstances, error, startedAt }, parts),
    );
    return { issued: null, error };
  }
  const error = await recorded(target, parts, () =>
    recordSuccess(target, issued, { ...circumstances, startedAt }, parts),
  );
  return { issued, error };
}

/**
 * Writes the next attempt down before this one: an attempt whose failure could not be recorded would be made
 * again at every look, with an order each time. On a disk that takes not even this, none is placed.
 */
async function holdAhead(target: Target, before: IssuerState, parts: PassParts): Promise<void> {
  const { disk, layout, clock, random } = parts;
  const now = clock.now();
  const failures = before.failures + 1;
  const nextAttemptAt = nextAttempt({ retry: 'back-off', failures, notBefore: null, now, draw: random() });
  const state = { ...before, nextAttemptAt, lastAttemptAt: now, failedFor: attemptKey(target) };
  await writeIssuerState(disk, layout.issuerState(target.name), state);
}

function issueOnce(
  target: Target,
  seen: Observed,
  { ca, authority }: Circumstances,
  parts: PassParts,
): Promise<string> {
  const attempt = {
    target,
    ca,
    authority,
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
  id: string,
  { ca, startedAt }: Circumstances & { readonly startedAt: Instant },
  parts: PassParts,
): Promise<void> {
  const { disk, layout, clock, log } = parts;
  const now = clock.now();
  const facts = { certificate: target.name, generation: id, durationMs: now - startedAt };
  log.info(facts, 'certificate issued');
  parts.tally.onAttempt({
    name: target.name,
    ca: ca.name,
    result: 'success',
    durationMs: facts.durationMs,
  });
  // The window belonged to the generation before; the next look asks for the new one.
  const state: IssuerState = { ...firstIssuerState, lastAttemptAt: now, lastSuccessAt: now };
  await writeIssuerState(disk, layout.issuerState(target.name), state);
  await writeJournal(layout.issuer, { event: 'issued', ...facts }, parts);
}

type Failed = Circumstances & { readonly error: CertdError; readonly startedAt: Instant };

async function recordFailure(
  target: Target,
  before: IssuerState,
  { error, ca, lostBefore, byHand, startedAt }: Failed,
  parts: PassParts,
): Promise<void> {
  const { disk, layout, clock, random, log } = parts;
  const facts = { certificate: target.name, ...logFields(error) };
  // A stop is no failure, and a lost order is placed anew at once: neither counts against the certificate.
  if (error.code === 'stopped' || (error.code === 'order-gone' && !lostBefore)) {
    log.info(facts, 'attempt ended early');
    return writeIssuerState(disk, layout.issuerState(target.name), before);
  }
  log.error(facts, 'certificate could not be issued');
  const now = clock.now();
  parts.tally.onAttempt({ name: target.name, ca: ca.name, result: 'failure', durationMs: now - startedAt });
  // Who tries again and again while mending must not put certd's own next attempt off by a day.
  const failures = byHand ? Math.max(1, before.failures) : before.failures + 1;
  const { notBefore, problemType } = error;
  const own = nextAttempt({ retry: error.retry, failures, notBefore, now, draw: random() });
  const state: IssuerState = {
    ...before,
    failures,
    nextAttemptAt: byHand && holds(before.nextAttemptAt, now) ? before.nextAttemptAt : own,
    notBefore,
    lastAttemptAt: now,
    failedFor: attemptKey(target),
    lastError: {
      code: error.code,
      message: error.message,
      at: now,
      since: before.lastError?.since ?? now,
      problemType,
    },
  };
  await writeIssuerState(disk, layout.issuerState(target.name), state);
  await writeJournal(layout.issuer, { event: 'failed', certificate: target.name, code: error.code }, parts);
}
