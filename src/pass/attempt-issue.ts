import { nextAttempt } from '../core/backoff.ts';
import { asCertdError, type CertdError } from '../core/errors.ts';
import { firstIssuerState, type IssuerState, type Observed, type Target } from '../core/model.ts';
import { writeIssuerState } from '../store/issuer-state.ts';
import { journal } from '../store/journal.ts';
import { issue } from './issue.ts';
import type { PassParts } from './pass-parts.ts';
import { authorityOf, replacedCertId } from './renewal-window.ts';

/** One attempt to issue, with its outcome written down (docs/state.md section 4, steps 1 to 8). */
export async function attemptIssue(
  target: Target,
  seen: Observed,
  parts: PassParts,
): Promise<{ readonly issued: string | null; readonly error: CertdError | null }> {
  const startedAt = parts.clock.now();
  try {
    const authority = authorityOf(target, parts);
    const issued = await issue(
      {
        target,
        authority,
        issuer: parts.issuerFor(authority),
        solver: parts.solverFor(target, authority),
        replaces: replacedCertId(target, seen, authority, parts),
      },
      parts,
    );
    await recordSuccess(target, issued, startedAt, parts);
    return { issued, error: null };
  } catch (thrown) {
    const error = asCertdError(thrown);
    await recordFailure(target, seen.issuer, error, parts);
    return { issued: null, error };
  }
}

async function recordSuccess(target: Target, id: string, startedAt: number, parts: PassParts): Promise<void> {
  const { disk, layout, clock, log } = parts;
  const now = clock.now();
  // The window belonged to the generation before; the next look asks for the new one.
  const state: IssuerState = { ...firstIssuerState, lastAttemptAt: now, lastSuccessAt: now };
  await writeIssuerState(disk, layout.issuerState(target.name), state);
  const durationMs = now - startedAt;
  await journal(disk, layout.issuer, now, {
    event: 'issued',
    certificate: target.name,
    generation: id,
    durationMs,
  });
  log.info({ certificate: target.name, generation: id, durationMs }, 'certificate issued');
}

async function recordFailure(
  target: Target,
  before: IssuerState,
  error: CertdError,
  parts: PassParts,
): Promise<void> {
  const { disk, layout, clock, random, log } = parts;
  const facts = { certificate: target.name, code: error.code, ...error.facts, reason: error.message };
  // A stop is no failure, and a lost order is placed anew at once: neither counts against the certificate.
  if (error.code === 'stopped' || error.code === 'order-gone') {
    log.info(facts, 'attempt ended early');
    return;
  }
  log.error(facts, 'certificate could not be issued');
  const now = clock.now();
  const failures = before.failures + 1;
  const state: IssuerState = {
    ...before,
    failures,
    nextAttemptAt: nextAttempt({ retry: error.retry, failures, now, draw: random() }),
    notBefore: error.notBefore,
    lastAttemptAt: now,
    lastError: { code: error.code, message: error.message, at: now, problemType: error.problemType },
  };
  await writeIssuerState(disk, layout.issuerState(target.name), state);
  await journal(disk, layout.issuer, now, { event: 'failed', certificate: target.name, code: error.code });
}
