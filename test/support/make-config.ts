import type { Config } from '../../src/config/config.ts';
import type { Target } from '../../src/core/model.ts';

/** A configuration for these certificates that ticks once a year, and whose CA nobody can reach. */
export function makeConfig(certificates: readonly Target[]): Config {
  const authority = {
    name: 'main',
    directoryUrl: 'https://ca.invalid/dir',
    stagingUrl: null,
    trustFile: null,
    rootsFile: null,
    eab: null,
    issueTimeoutMs: 600_000,
    validationPort: 80,
  };
  return {
    account: { email: null },
    authorities: new Map([['main', authority]]),
    knownAuthorities: new Map([['main', authority]]),
    certificates,
    schedule: '0 0 1 1 *',
    health: { socket: null, mode: 0o660, group: null },
    thresholds: { warning: 0.2, critical: 0.05 },
    logLevel: 'info',
    warnings: [],
  };
}
