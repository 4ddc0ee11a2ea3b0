import { lastRecords } from '../deploy/served-record.ts';
import type { Instant } from '../instant.ts';
import { choiceOf } from '../issue/order-fits.ts';
import type { Observed, Target } from '../model.ts';
import { planFor } from '../plan.ts';
import { rfc3339OrNull, toRfc3339 } from '../text/time-text.ts';
import { certificateProblems, type Thresholds, unmanagedProblems, worst } from './certificate-problems.ts';
import { deployFields } from './deploy-fields.ts';
import { renewalFields } from './renewal-fields.ts';
import { servedFields } from './served-fields.ts';
import type { CertificateStatus, Problem, StatusDocument } from './status-document.ts';

export type StatusInput = {
  readonly version: string;
  readonly source: 'daemon' | 'disk';
  readonly pid: number | null;
  readonly startedAt: Instant | null;
  readonly now: Instant;
  readonly targets: readonly Target[];
  /** What is on disk, the unmanaged included. */
  readonly observed: readonly Observed[];
  readonly thresholds: Thresholds;
  /** Problems of the program itself: a refused reload, a daemon that does not answer. */
  readonly problems: readonly Problem[];
};

/** The whole document of contract section 6. Pure: daemon, disk reader and tests call the same function. */
export function statusDocument(input: StatusInput): StatusDocument {
  const observed = new Map(input.observed.map(seen => [seen.name, seen]));
  const configured = new Set(input.targets.map(({ name }) => name));
  const managed = input.targets.map(target => {
    const seen = observed.get(target.name);
    if (seen === undefined) throw new Error(`nothing was observed for ${target.name}`);
    return certificateStatus(target, seen, input);
  });
  const unmanaged = input.observed
    .filter(({ name }) => !configured.has(name))
    .filter(({ live, afterOwed }) => live !== null || afterOwed !== null)
    .map(seen => unmanagedStatus(seen, input));
  const certificates = [...managed, ...unmanaged];
  return {
    schema: 1,
    version: input.version,
    status: worst([...certificates.flatMap(({ problems }) => problems), ...input.problems]),
    source: input.source,
    pid: input.pid,
    started_at: rfc3339OrNull(input.startedAt),
    now: toRfc3339(input.now),
    problems: [...input.problems],
    certificates,
    monitors: [],
  };
}

function certificateStatus(target: Target, seen: Observed, input: StatusInput): CertificateStatus {
  const verdict = planFor(target, seen, 'nothing', input.now);
  const problems = certificateProblems(seen, verdict, target.deploy.verify, input);
  return {
    ...leafFields(seen, input.now),
    name: target.name,
    domains: [...target.domains],
    managed: true,
    status: worst(problems),
    problems,
    ca: caOf(target, seen),
    profile: profileOf(seen),
    key_type: target.keyType,
    generation: generationFields(seen),
    renewal: renewalFields(seen, { target, verdict }),
    deploy: deployFields(seen, verdict),
    served: target.deploy.verify.map(endpoint =>
      servedFields(endpoint, lastRecords(seen, target.deploy.verify)),
    ),
  };
}

/** Where the newest generation came from, as long as the configuration still allows it; else where the next one is to come from. */
function caOf(target: Target, { issued }: Observed): string {
  const ca = issued.at(-1)?.ca ?? null;
  return ca !== null && choiceOf(ca, target) !== null ? ca : target.cas[0].name;
}

function unmanagedStatus(seen: Observed, input: StatusInput): CertificateStatus {
  const leaf = seen.live?.leaf ?? null;
  const problems = unmanagedProblems(seen, input);
  return {
    ...leafFields(seen, input.now),
    name: seen.name,
    domains: [...(leaf?.domains ?? [])],
    managed: false,
    status: worst(problems),
    problems,
    ca: seen.issued.at(-1)?.ca ?? null,
    profile: profileOf(seen),
    key_type: leaf?.keyType ?? null,
    generation: generationFields(seen),
    renewal: renewalFields(seen, null),
    deploy: deployFields(seen, null),
    served: [],
  };
}

/** What the CA was told for the live certificate, or for the newest where none is live. */
function profileOf({ issued, live }: Observed): string | null {
  const shown = issued.find(({ id }) => id === live?.id) ?? issued.at(-1);
  return shown?.profile.ordered ?? null;
}

function leafFields(seen: Observed, now: Instant) {
  const leaf = seen.live?.leaf ?? null;
  return {
    serial: leaf?.serial ?? null,
    fingerprint_sha256: leaf?.fingerprintSha256 ?? null,
    not_before: rfc3339OrNull(leaf?.notBefore ?? null),
    not_after: rfc3339OrNull(leaf?.notAfter ?? null),
    days_left: leaf === null ? null : Math.round((leaf.notAfter - now) / 8_640_000) / 10,
  };
}

function generationFields(seen: Observed): CertificateStatus['generation'] {
  return {
    issued: seen.issued.at(-1)?.id ?? null,
    live: seen.live?.id ?? null,
    deployed: seen.deploy.deployed,
  };
}
