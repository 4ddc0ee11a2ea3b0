import { type Entry, entry } from './entry.ts';

export const healthProblems = {
  'not-issued': entry(
    'none',
    'The certificate has not been issued yet.',
    'Read `last_error` in `certd status --json`.',
  ),
  expired: entry('none', 'The live certificate has expired.', 'Read the certificate’s last error.'),
  'expiring-soon': entry(
    'none',
    'Less of the lifetime is left than `thresholds.critical`, and no renewal succeeded.',
    'Read the certificate’s last error.',
  ),
  'renewal-late': entry(
    'none',
    'Less of the lifetime is left than `thresholds.warning`, and no renewal succeeded.',
    'Read the certificate’s last error.',
  ),
  'clock-behind': entry(
    'none',
    'The host’s clock lies before the begin of the live certificate: it was set back, or it was ahead when the certificate came. Renewals come too late by as much.',
    'Set the clock (`timedatectl` says whether it is kept by NTP); certd goes on by itself.',
  ),
  'deploy-owed': entry(
    'none',
    'A newer generation is issued than the one deployed.',
    'Nothing, if it passes; otherwise read the deploy’s last error.',
  ),
  revoked: entry(
    'none',
    'A certificate was revoked, or its key is compromised: clients that look refuse it.',
    'Nothing, where it is being replaced: read its last error if that lasts. Where it was revoked with `--no-replace`: `certd renew NAME --force`, or stop using it.',
  ),
  'revocation-unconfirmed': entry(
    'none',
    'A certificate is to be revoked, and its CA could not be asked or did not say that it is.',
    'Nothing, if it passes: the CA is asked again each hour, and by `certd revoke NAME` at once.',
  ),
  'ca-not-ready': entry(
    'none',
    'certd has no account yet at a CA of the configuration, or cannot use it: no certificate could come from there now. It matters where that CA is the one that others fall back to.',
    'The message has the reason. certd tries again, each hour at most, and at each reload.',
  ),
  'host-changed': entry(
    'none',
    'The state directory was made on another host: it was copied, for example with an image, or the host has got another identity. certd takes new accounts and gives every certificate a new key; with `on_clone: hold` it orders nothing until somebody says what is so.',
    'Nothing, where it is a copy: the message says when certd begins, and `certd account replace` begins now. `certd account keep`, where it is the same host. See docs/how-to/cloned-hosts.md.',
  ),
  unmanaged: entry(
    'none',
    'A certificate is live that the configuration no longer names: nobody renews it.',
    'Put it back into the configuration; nothing is deleted meanwhile. To forget it: point servers elsewhere, stop certd, and remove `live/<name>`, `deployed/<name>`, `deploy/<name>.json`, and in `issuer/` `issued/<name>`, `work/<name>`, `state/<name>.json`, `revoked/<name>.json` and `attempts/<name>.json`.',
  ),
} satisfies Record<string, Entry>;
