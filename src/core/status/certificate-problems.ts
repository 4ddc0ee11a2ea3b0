import type { ErrorCode } from '../catalogue.ts';
import { isTakenBack } from '../deploy/deploy-verdict.ts';
import { lastRecords } from '../deploy/served-record.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Instant, Millis } from '../instant.ts';
import { revokedText } from '../issue/due.ts';
import type { FailureRecord } from '../issue/failure-record.ts';
import { lifetimeOf } from '../issue/renewal.ts';
import type { Observed } from '../model.ts';
import type { Verdict } from '../plan.ts';
import { withdrawalOf } from '../revoke/revocation.ts';
import { rfc3339OrNull, toRfc3339 } from '../text/time-text.ts';
import { endpointProblems } from './endpoint-problems.ts';
import type { Level, Problem } from './status-document.ts';

/** Shares of the lifetime that are left. */
export type Thresholds = { readonly warning: number; readonly critical: number };

/** Everything that is wrong with one certificate, as `status`, `/healthz` and the log name it. `endpoints`: as declared. */
export function certificateProblems(
  seen: Observed,
  verdict: Verdict,
  endpoints: readonly Endpoint[],
  at: { readonly now: Instant; readonly thresholds: Thresholds },
): Problem[] {
  const { now, thresholds } = at;
  const lifetimeMs = seen.live === null ? null : lifetimeOf(seen.live);
  const faults = seen.faults.map(fault =>
    problem(fault.code, fault.blocking ? 'critical' : 'warning', seen.name, fault.message, null),
  );
  const rest = [
    lapseProblem(seen, now, thresholds),
    revokedProblem(seen),
    renewalProblem(seen, verdict),
    owedProblem(seen, verdict),
    afterProblem(seen),
  ];
  return [
    ...faults,
    ...rest.filter(found => found !== null),
    ...endpointProblems({ name: seen.name, lifetimeMs }, endpoints, lastRecords(seen, endpoints), at),
    ...unconfirmedProblems(seen),
  ];
}

/** The same for one that the configuration does not name. Where it is live, it ends like any other, and nobody renews it. */
export function unmanagedProblems(
  seen: Observed,
  { now, thresholds }: { readonly now: Instant; readonly thresholds: Thresholds },
): Problem[] {
  const message = 'live, but not in the configuration: nobody renews it';
  const unmanaged = problem('unmanaged', 'warning', seen.name, message, null);
  const ofLive = [lapseProblem(seen, now, thresholds), revokedProblem(seen)];
  const gone = afterGoneProblem(seen, now);
  const found = seen.live === null ? [gone] : [...ofLive, gone, unmanaged];
  return [...found.filter(problem => problem !== null), ...unconfirmedProblems(seen)];
}

/** The level of the whole of which these are all the problems: `ok` without any. */
export function worst(problems: readonly Problem[]): Level {
  if (problems.some(({ level }) => level === 'critical')) return 'critical';
  return problems.length > 0 ? 'warning' : 'ok';
}

/** A problem in the form of the status document. `certificate` null: of the program itself; `since` null: nobody knows. */
export function problem(
  code: ErrorCode,
  level: Problem['level'],
  certificate: string | null,
  message: string,
  since: Instant | null,
): Problem {
  return { code, certificate, message, since: rfc3339OrNull(since), level };
}

/** Clocks of two hosts are never quite the same, and a CA may date a certificate with the moment of its issue. */
const clockTolerance: Millis = 5 * 60_000;

function lapseProblem({ live, name }: Observed, now: Instant, thresholds: Thresholds): Problem | null {
  if (live === null) return problem('not-issued', 'critical', name, 'no certificate is live yet', null);
  const { notBefore, notAfter } = live.leaf;
  const message = `the live certificate ends ${toRfc3339(notAfter)}`;
  if (notAfter <= now) return problem('expired', 'critical', name, message, notAfter);
  if (notBefore - now > clockTolerance) {
    const early = `the live certificate begins ${toRfc3339(notBefore)}, and the clock of this host is not there yet`;
    return problem('clock-behind', 'warning', name, early, null);
  }
  const lifetime = lifetimeOf(live);
  const below = (share: number) => (notAfter - now < share * lifetime ? notAfter - share * lifetime : null);
  const critical = below(thresholds.critical);
  if (critical !== null) return problem('expiring-soon', 'critical', name, message, critical);
  const late = below(thresholds.warning);
  return late === null ? null : problem('renewal-late', 'warning', name, message, late);
}

/** Critical while servers show it; the newest one that is not live yet is only not to be had. */
function revokedProblem(seen: Observed): Problem | null {
  const newest = seen.issued.at(-1);
  const live = seen.live === null ? null : withdrawalOf(seen.live, seen);
  if (live !== null && seen.live !== null) {
    const message = `the live ${revokedText(live, seen.live.id)}`;
    return problem('revoked', 'critical', seen.name, message, live.since);
  }
  const withdrawal = newest === undefined ? null : withdrawalOf(newest, seen);
  if (newest === undefined || withdrawal === null) return null;
  return problem('revoked', 'warning', seen.name, revokedText(withdrawal, newest.id), withdrawal.since);
}

function unconfirmedProblems({ revoked, name }: Observed): readonly Problem[] {
  return revoked
    .filter(({ confirmedAt }) => confirmedAt === null)
    .map(({ generation, since }) => {
      const message = `the CA has not said yet that generation ${generation} is revoked`;
      return problem('revocation-unconfirmed', 'warning', name, message, since);
    });
}

/**
 * A failed attempt alone is a warning: `lapseProblem` makes it critical when time runs out. Once nothing is
 * due any more (the domain that failed is out of the configuration again) it is history.
 */
function renewalProblem({ issuer, name }: Observed, { issue }: Verdict): Problem | null {
  if (issuer.lastError === null || issue.kind === 'later' || issue.kind === 'revoked') return null;
  return recorded(issuer.lastError, name, 'warning');
}

function owedProblem(seen: Observed, { deploy }: Verdict): Problem | null {
  if (deploy.kind !== 'now' && deploy.kind !== 'held') return null;
  const { lastError } = seen.deploy;
  // With the old one served as before, time alone makes it critical.
  if (lastError !== null) return recorded(lastError, seen.name, isTakenBack(seen) ? 'warning' : 'critical');
  // As it was asked for: `lapseProblem` speaks where time runs out.
  if (deploy.kind === 'held' && deploy.by === 'window') return null;
  const again = deploy.id === seen.deploy.deployed;
  const message = again
    ? `generation ${deploy.id} was deployed, and its deploy is owed once more`
    : `generation ${deploy.id} is issued and not deployed yet`;
  const asked = seen.requestedAt;
  const silent = asked === null ? '' : `; the deployer was asked ${toRfc3339(asked)}, and has not begun`;
  return problem('deploy-owed', 'warning', seen.name, message + silent, owedSince(seen, deploy.id));
}

/** What `before` has stopped may still be stopped. */
function afterProblem({ afterOwed, name }: Observed): Problem | null {
  const error = afterOwed?.lastError ?? null;
  return error === null ? null : recorded(error, name, 'critical');
}

/** An attempt may be under way that began before the certificate was taken out: it ends as it began, within the hour. */
const longestAttempt: Millis = 3_600_000;

/** What `before` has stopped may still be stopped, and nobody knows any more how it is started. */
function afterGoneProblem({ afterOwed, name }: Observed, now: Instant): Problem | null {
  if (afterOwed === null) return null;
  const level = now - afterOwed.since < longestAttempt ? 'warning' : 'critical';
  const message = 'commands of `attempt.after` are owed, and the configuration no longer says which';
  return problem('after-gone', level, name, message, afterOwed.since);
}

/** Since its issue, which is recorded of the newest alone; a link that somebody bent is owed since who knows when. */
function owedSince({ issued, issuer, deploy }: Observed, id: string): Instant | null {
  return id === issued.at(-1)?.id && id !== deploy.deployed ? issuer.lastSuccessAt : null;
}

function recorded(error: FailureRecord, certificate: string, level: Problem['level']): Problem {
  return { code: error.code, certificate, message: error.message, since: toRfc3339(error.since), level };
}
