import type { Config } from '../config/config.ts';
import type { Instant } from '../core/model.ts';
import { statusDocument } from '../core/status.ts';
import type { Problem, StatusDocument } from '../core/status-document.ts';
import { version } from '../host/version.ts';
import type { Layout } from '../store/layout.ts';
import { namesOnDisk, observe } from '../store/observe.ts';

type Teller = {
  readonly source: 'daemon' | 'disk';
  readonly pid: number | null;
  readonly startedAt: Instant | null;
  readonly now: Instant;
  readonly problems: readonly Problem[];
};

/** The status document of what is on disk now; the daemon and the disk reader differ only in who tells it. */
export function readStatus(
  config: Pick<Config, 'certificates' | 'thresholds'>,
  layout: Layout,
  teller: Teller,
): StatusDocument {
  const names = new Set([...config.certificates.map(({ name }) => name), ...namesOnDisk(layout)]);
  return statusDocument({
    ...teller,
    version,
    targets: config.certificates,
    thresholds: config.thresholds,
    observed: [...names].map(name => observe(layout, name)),
  });
}
