import { type StatusInput, statusDocument } from '../../src/core/status/status.ts';
import { at, makeObserved, makeTarget } from './make-observed.ts';

/** The document of a daemon with one certificate that is well, but for `change`. */
export function makeStatus(change: Partial<StatusInput> = {}) {
  return statusDocument({
    version: '0.1.0',
    source: 'daemon',
    pid: 812,
    startedAt: at('2026-01-10'),
    now: at('2026-02-01'),
    targets: [makeTarget()],
    observed: [makeObserved()],
    thresholds: { warning: 0.2, critical: 0.05 },
    problems: [],
    ...change,
  });
}
