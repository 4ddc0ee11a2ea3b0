import type { Config } from '../config/config.ts';
import type { Instant } from '../core/instant.ts';
import { hostProblems } from '../core/status/host-problem.ts';
import { statusDocument } from '../core/status/status.ts';
import type { Problem, StatusDocument } from '../core/status/status-document.ts';
import { version } from '../host/version.ts';
import type { World } from '../store/world.ts';

export type Teller = {
  readonly source: 'daemon' | 'disk';
  readonly pid: number | null;
  readonly startedAt: Instant | null;
  readonly now: Instant;
  readonly problems: readonly Problem[];
};

/** The status document of what is known of the disk; the daemon and the disk reader differ only in who tells it. */
export function readStatus(
  config: Pick<Config, 'certificates' | 'thresholds'>,
  world: World,
  teller: Teller,
): StatusDocument {
  const names = new Set([...config.certificates.map(({ name }) => name), ...world.names()]);
  const host = { record: world.host(), fault: world.hostFault() };
  const problems = [...teller.problems, ...hostProblems(host, config.certificates, world.seen)];
  return statusDocument({
    ...teller,
    problems,
    version,
    targets: config.certificates,
    thresholds: config.thresholds,
    observed: [...names].map(world.seen),
  });
}
