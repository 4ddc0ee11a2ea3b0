import type { CheckName } from './checks.ts';

/** From the worst to the best, as monitoring plugins weigh them. */
const severity = ['critical', 'warning', 'unknown', 'ok'] as const;

export type FindingStatus = (typeof severity)[number];

export type Finding = {
  readonly check: CheckName;
  readonly status: FindingStatus;
  /** What it is about: a server, a site with its place, a certificate. */
  readonly subject: string;
  readonly message: string;
  /** What to do here; null where it is ok. */
  readonly cure: string | null;
};

/** The worst first, otherwise in the order in which they were found. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return severity.flatMap(status => findings.filter(finding => finding.status === status));
}

/** That of the worst finding. Nothing found is unknown: nobody has looked. */
export function worstStatus(findings: readonly Finding[]): FindingStatus {
  return severity.find(status => findings.some(finding => finding.status === status)) ?? 'unknown';
}
