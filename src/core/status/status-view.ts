import { mostShown } from './most-shown.ts';
import type { CertificateStatus, Level, Problem, StatusDocument } from './status-document.ts';

/** What of a document a person is shown, most urgent first, and what is only counted. */
export type StatusView = {
  /** One by one. */
  readonly shown: readonly CertificateStatus[];
  /** In the place of certificates with problems where they are too many to be shown one by one. */
  readonly groups: readonly ProblemGroup[];
  /** The certificates that are well, where they are too many to be shown. */
  readonly rest: Rest | null;
};

/** Certificates that have a problem of one code and level. `problem` is that of the first of them. */
export type ProblemGroup = { readonly problem: Problem; readonly names: readonly string[] };

export type Rest = { readonly count: number; readonly next: NextOrder | null };

/** A certificate and the moment at which its order is taken up. */
export type NextOrder = { readonly name: string; readonly at: string };

/**
 * Up to twenty certificates are all shown, and so are any that were asked for by name (`named`). Of more, those with
 * a problem are shown and the rest is counted; where more than twenty have one, they are grouped by problem.
 */
export function statusView({ certificates }: StatusDocument, named: boolean): StatusView {
  if (named || certificates.length <= mostShown)
    return { shown: byUrgency(certificates), groups: [], rest: null };
  const troubled = byUrgency(certificates.filter(({ status }) => status !== 'ok'));
  const well = certificates.filter(({ status }) => status === 'ok');
  const rest = well.length === 0 ? null : { count: well.length, next: nextOrder(well) };
  if (troubled.length <= mostShown) return { shown: troubled, groups: [], rest };
  return { shown: [], groups: groupsOf(troubled), rest };
}

/** The first order of all; null where no moment is known. */
export function nextOrder(certificates: readonly CertificateStatus[]): NextOrder | null {
  let next: NextOrder | null = null;
  for (const { name, renewal } of certificates) {
    const at = orderAt(renewal);
    if (at !== null && (next === null || at < next.at)) next = { name, at };
  }
  return next;
}

function orderAt({ next_attempt_at: again, renew_at: at }: CertificateStatus['renewal']): string | null {
  return again ?? at;
}

const rank: Readonly<Record<Level, number>> = { critical: 0, warning: 1, ok: 2 };

/** Worst first, then by the moment of renewal, unknown moments last. RFC 3339 in UTC sorts as text. */
function byUrgency(certificates: readonly CertificateStatus[]): readonly CertificateStatus[] {
  const keyed = certificates.map(certificate => ({ certificate, at: orderAt(certificate.renewal) ?? '~' }));
  return keyed
    .toSorted((a, b) => rank[a.certificate.status] - rank[b.certificate.status] || inOrder(a.at, b.at))
    .map(({ certificate }) => certificate);
}

function inOrder(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Critical groups first, then the larger ones. A certificate with two problems is in two groups. */
function groupsOf(certificates: readonly CertificateStatus[]): readonly ProblemGroup[] {
  const groups = new Map<string, { readonly problem: Problem; readonly names: string[] }>();
  for (const { name, problems } of certificates) {
    for (const problem of problems) {
      const key = `${problem.level} ${problem.code}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { problem, names: [name] });
      else if (group.names.at(-1) !== name) group.names.push(name);
    }
  }
  return [...groups.values()].toSorted(
    (a, b) => rank[a.problem.level] - rank[b.problem.level] || b.names.length - a.names.length,
  );
}
