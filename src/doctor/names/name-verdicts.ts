import type { Target } from '../../core/model.ts';
import { firstNames } from '../../core/text/first-names.ts';
import { type CheckName, checks } from '../checks.ts';
import type { Finding, FindingStatus } from '../finding.ts';
import type { NameLook, SeenNames } from './seen-names.ts';

/** What is to be said of one name of a certificate. */
export type NameVerdict = {
  readonly domain: string;
  readonly status: FindingStatus;
  readonly message: string;
  /** Null: that of the check. */
  readonly cure: string | null;
};

export type Verdict = Omit<NameVerdict, 'domain'>;

/** What `verdictsOf` says of each name of each certificate; nothing where names were not looked at. A look is null where no time was left for it. */
export function findingsOfNames(
  check: CheckName,
  host: SeenNames,
  verdictsOf: (look: NameLook | null, target: Target, host: SeenNames, domain: string) => readonly Verdict[],
): readonly Finding[] {
  const { names, targets } = host;
  if (names === null) return [];
  return targets.flatMap(target => {
    const verdicts = target.domains.flatMap(domain =>
      verdictsOf(names.get(domain) ?? null, target, host, domain).map(each => ({ domain, ...each })),
    );
    return findingsOfVerdicts(check, target, verdicts);
  });
}

/** One finding for all names of a certificate of which the same is to be said, in the order of the names. */
export function findingsOfVerdicts(
  check: CheckName,
  { name }: Target,
  verdicts: readonly NameVerdict[],
): readonly Finding[] {
  const groups = new Map<string, NameVerdict[]>();
  for (const verdict of verdicts) {
    const key = JSON.stringify([verdict.status, verdict.message, verdict.cure]);
    const group = groups.get(key) ?? [];
    group.push(verdict);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(group => {
    const [first] = group;
    if (first === undefined) return [];
    const domains = group.map(({ domain }) => domain);
    const about = domains.length === 1 && domains[0] === name ? '' : `${firstNames(domains, 5)}: `;
    const cure = first.status === 'ok' ? null : (first.cure ?? checks[check].cure);
    return [{ check, status: first.status, subject: name, message: `${about}${first.message}`, cure }];
  });
}
