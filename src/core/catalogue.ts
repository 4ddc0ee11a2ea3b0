/**
 * When the pass tries again after an error. `next-tick`: at the next look. `back-off`: 1 min, 10 min,
 * 100 min, then daily. `daily`: somebody must change something, so once a day. `not-before`: at the
 * moment the error carries. `none`: the operation is not repeated by itself.
 */
export type Retry = 'next-tick' | 'back-off' | 'daily' | 'not-before' | 'none';

type Entry = {
  readonly retry: Retry;
  readonly severity: 'warning' | 'critical';
  readonly summary: string;
  readonly cure: string;
};

const entry = (retry: Retry, severity: Entry['severity'], summary: string, cure: string): Entry => ({
  retry,
  severity,
  summary,
  cure,
});

/** Every code that a log line, `status`, a command or the health socket can show. `docs/errors.md` is made from it. */
export const catalogue = {
  // Command line and configuration
  usage: entry(
    'none',
    'critical',
    'The command line is not one that certd understands.',
    'Read `certd help`; nothing was done.',
  ),
  'not-available-yet': entry(
    'none',
    'critical',
    'The option or command is part of certd’s contract but not built in this version.',
    'Leave it out, or wait for the version whose CHANGELOG names it; nothing was done.',
  ),
  'config-unreadable': entry(
    'none',
    'critical',
    'A configuration file could not be read.',
    'Check that the file exists and that the user who runs certd may read it.',
  ),
  'config-syntax': entry(
    'none',
    'critical',
    'A configuration file is not valid YAML.',
    'Go to the line and column in the message; `certd check-config` shows every problem at once.',
  ),
  'config-unknown-key': entry(
    'none',
    'critical',
    'The configuration has a key that certd does not know.',
    'Correct the spelling (the message suggests the nearest key) or remove it.',
  ),
  'config-invalid': entry(
    'none',
    'critical',
    'A value in the configuration cannot be used.',
    'The message says what is expected there.',
  ),
  'config-name-taken': entry(
    'none',
    'critical',
    'The same certificate name is used twice, or this set of domains is on disk under another name.',
    'Give each certificate a `name:` of its own; the message prints the line to add.',
  ),
  'config-doubtful': entry(
    'none',
    'warning',
    'The configuration is valid, but something in it is probably not what is meant.',
    'Read the message; nothing is refused.',
  ),
  'config-refused': entry(
    'none',
    'warning',
    'A reload found a bad configuration: the old one stays in force.',
    'Run `certd check-config`, correct the file, and send SIGHUP again.',
  ),
  // State on disk
  'state-corrupt': entry(
    'next-tick',
    'critical',
    'A state file of certd cannot be understood. It was left as it is, and its certificate is not touched.',
    'Move the named file away (a deleted one is rebuilt; only counters and back-off are lost) or restore it.',
  ),
  'generation-damaged': entry(
    'next-tick',
    'warning',
    'An issued or deployed generation is incomplete, unreadable, or its key does not fit its leaf.',
    'Nothing: a damaged generation is ignored and replaced. Look for a failing disk or a stray edit.',
  ),
  'layout-too-new': entry(
    'none',
    'critical',
    'The state directory was written by a newer major version of certd.',
    'Install that version again; this one reads the directory for `status` only and changes nothing.',
  ),
  'layout-corrupt': entry(
    'none',
    'critical',
    'The file LAYOUT in the state directory holds no layout number.',
    'Check that --state-dir names the right directory; restore the file from a backup.',
  ),
  locked: entry(
    'none',
    'critical',
    'Another certd holds the lock of this state directory.',
    'Let it finish, or stop it; `certd status` shows the running daemon.',
  ),
  'disk-full': entry(
    'next-tick',
    'critical',
    'The disk is full. What was live stays live.',
    'Free some space; certd goes on by itself.',
  ),
  'disk-failed': entry(
    'back-off',
    'critical',
    'A file operation failed.',
    'The message names the operation and the path; look at the disk and at the mount.',
  ),
  'permission-denied': entry(
    'back-off',
    'critical',
    'certd may not read or write a file or directory that it needs.',
    'Check owner and mode of the named path, and the user that certd runs as.',
  ),
  // The authority
  'ca-unreachable': entry(
    'back-off',
    'warning',
    'The CA did not answer: name resolution, connection or network trouble.',
    'Check outbound HTTPS, DNS and the directory URL; certd goes on trying.',
  ),
  'ca-untrusted': entry(
    'back-off',
    'critical',
    'The CA’s own HTTPS certificate does not validate.',
    'For a private CA set `cas.<name>.trust` to its root; otherwise something is between you and the CA.',
  ),
  'ca-timeout': entry(
    'back-off',
    'warning',
    'The CA accepted the connection and then said nothing in time.',
    'Nothing, if it passes; see the CA’s status page if it lasts.',
  ),
  'ca-error': entry(
    'back-off',
    'warning',
    'The CA answered with a server error.',
    'Nothing, if it passes; see the CA’s status page if it lasts.',
  ),
  'ca-malformed': entry(
    'back-off',
    'warning',
    'The CA’s answer is not what RFC 8555 allows.',
    'Check that the directory URL is an ACME directory and that no proxy answers in its place.',
  ),
  'ca-refused': entry(
    'daily',
    'critical',
    'The CA refused a request for a reason of its own.',
    'The message holds the CA’s words.',
  ),
  'rate-limited': entry(
    'not-before',
    'warning',
    'The CA’s rate limit is reached.',
    'Nothing: certd waits as long as the CA asks.',
  ),
  'account-refused': entry(
    'daily',
    'critical',
    'The CA refused the ACME account: deactivated, revoked, or it wants something first.',
    'Read the CA’s words in the message; some CAs want external account binding or new terms agreed to.',
  ),
  'identifier-rejected': entry(
    'daily',
    'critical',
    'The CA does not issue for one of the domains.',
    'The message names the domain and the CA’s reason; correct it or take the domain out.',
  ),
  'caa-forbids': entry(
    'daily',
    'critical',
    'A CAA record of the domain forbids this CA.',
    'Add the CA to the CAA record, or remove the record.',
  ),
  'validation-failed': entry(
    'back-off',
    'critical',
    'The CA could not validate a domain by HTTP-01.',
    'Port 80 of the domain must lead to this host and serve the webroot; the message holds what the CA saw.',
  ),
  'challenge-missing': entry(
    'daily',
    'critical',
    'The CA offers no HTTP-01 challenge for a domain.',
    'HTTP-01 cannot prove this name with this CA.',
  ),
  'csr-refused': entry(
    'daily',
    'critical',
    'The CA refused the certificate request.',
    'The message holds the CA’s words; another key type may be needed.',
  ),
  'order-gone': entry(
    'next-tick',
    'warning',
    'An order under way is no longer known to the CA or became invalid; a new one is placed.',
    'Nothing.',
  ),
  'issue-timeout': entry(
    'back-off',
    'warning',
    'The CA did not finish the order within `issue_timeout`. The order is kept and taken up again.',
    'Raise `cas.<name>.issue_timeout` if this CA is known to be slow.',
  ),
  stopped: entry('next-tick', 'warning', 'certd was stopped in the middle of an attempt.', 'Nothing.'),
  // Challenge
  'webroot-unusable': entry(
    'back-off',
    'critical',
    'The webroot cannot hold a challenge file.',
    'Create the directory, and let the user that certd runs as write to `.well-known/acme-challenge` in it.',
  ),
  'self-check-failed': entry(
    'none',
    'warning',
    'certd could not read its own challenge file over HTTP. The order went on: some hosts cannot reach themselves.',
    'If validation fails too, check the web server’s location for `/.well-known/acme-challenge/`.',
  ),
  // Certificates
  'certificate-unreadable': entry(
    'back-off',
    'critical',
    'A certificate or private key cannot be parsed.',
    'The message says where; if it lies on disk, look for a failing disk or a stray edit.',
  ),
  // The gate before a deploy
  'gate-refused': entry(
    'daily',
    'critical',
    'A certificate from the CA does not fit: its key, names, dates or chain are wrong. It does not go live.',
    'The message says which; the old certificate stays.',
  ),
  // Deploy
  'hook-failed': entry(
    'back-off',
    'critical',
    'A deploy hook failed. The deploy stays owed and is tried again.',
    'Run the command by hand; its last lines are in the log.',
  ),
  'hook-timeout': entry(
    'back-off',
    'critical',
    'A deploy hook ran into its time limit and its process group was killed.',
    'Make the hook return (use `systemctl reload` rather than starting a daemon) or raise `deploy.timeout`.',
  ),
  'hook-interrupted': entry(
    'back-off',
    'critical',
    'certd ended twice while the same deploy hook was running. The hook is tried again with back-off.',
    'A hook must not restart certd; if certd crashed, look at its log.',
  ),
  'hook-not-found': entry(
    'back-off',
    'critical',
    'The program of a deploy hook does not exist or is not executable.',
    'Write its full path; hooks see only the PATH that `docs/hooks.md` names.',
  ),
  // Health problems that are not an error of an action
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
  'daemon-dead': entry(
    'none',
    'critical',
    'No certd answers on the socket: what is shown was read from disk.',
    'Start the daemon.',
  ),
  'daemon-silent': entry(
    'none',
    'critical',
    'certd accepts on its socket but does not answer within two seconds.',
    'Look at its log; restart it.',
  ),
  'internal-error': entry(
    'back-off',
    'critical',
    'A defect in certd.',
    'Please report it with the log line; certd goes on with everything else.',
  ),
} satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof catalogue;
