import { type Entry, entry } from './entry.ts';

export const healthProblems = {
  'not-issued': entry(
    'none',
    'critical',
    'The certificate has not been issued yet.',
    'Read `last_error` in `certd status --json`.',
  ),
  expired: entry(
    'none',
    'critical',
    'The live certificate has expired.',
    'Read the certificate’s last error.',
  ),
  'expiring-soon': entry(
    'none',
    'critical',
    'Less of the lifetime is left than `thresholds.critical`, and no renewal succeeded.',
    'Read the certificate’s last error.',
  ),
  'renewal-late': entry(
    'none',
    'warning',
    'Less of the lifetime is left than `thresholds.warning`, and no renewal succeeded.',
    'Read the certificate’s last error.',
  ),
  'deploy-owed': entry(
    'none',
    'warning',
    'A newer generation is issued than the one deployed.',
    'Nothing, if it passes; otherwise read the deploy’s last error.',
  ),
  unmanaged: entry(
    'none',
    'warning',
    'A certificate is live that the configuration no longer names: nobody renews it.',
    'Put it back into the configuration; nothing is deleted meanwhile.',
  ),
} satisfies Record<string, Entry>;
