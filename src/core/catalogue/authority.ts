import { type Entry, entry } from './entry.ts';

export const authorityErrors = {
  'ca-unreachable': entry(
    'back-off',
    'The CA did not answer: name resolution, connection or network trouble.',
    'Check outbound HTTPS, DNS and the directory URL; certd goes on trying.',
  ),
  'ca-untrusted': entry(
    'back-off',
    'The CA’s own HTTPS certificate does not validate.',
    'For a private CA set `cas.<name>.trust` to its root; otherwise something is between you and the CA.',
  ),
  'ca-timeout': entry(
    'back-off',
    'The CA accepted the connection and then said nothing in time.',
    'Nothing, if it passes; see the CA’s status page if it lasts.',
  ),
  'ca-error': entry(
    'back-off',
    'The CA answered with a server error.',
    'Nothing, if it passes; see the CA’s status page if it lasts.',
  ),
  'ca-malformed': entry(
    'back-off',
    'The CA’s answer is not what RFC 8555 allows.',
    'Check that the directory URL is an ACME directory and that no proxy answers in its place.',
  ),
  'ca-refused': entry(
    'daily',
    'The CA refused a request for a reason of its own.',
    'The message holds the CA’s words.',
  ),
  'rate-limited': entry(
    'not-before',
    'The CA’s rate limit is reached.',
    'Nothing: certd waits as long as the CA asks.',
  ),
  'account-refused': entry(
    'daily',
    'The CA refused the ACME account: deactivated, revoked, or it wants something first.',
    'Read the CA’s words in the message; some CAs want new terms agreed to. `certd account show` asks the CA about the account; one that is gone for good is forgotten by `certd account deactivate --yes`, and the next order makes a new one.',
  ),
  'account-missing': entry(
    'none',
    'There is no ACME account at this CA yet, so there is nothing to show or to change.',
    'Nothing: the daemon and the first order make one.',
  ),
  'eab-required': entry(
    'daily',
    'The CA wants an external account binding for a new account, and the configuration has none for it.',
    'Get a key identifier and a MAC key from the CA, write the key into a file of mode 0640, and set `cas.<name>.eab: { kid: …, hmac_key_file: … }`. After the reload `certd renew` tries at once.',
  ),
  'eab-refused': entry(
    'daily',
    'The CA did not take the external account binding: the pair is wrong, has expired, or is spent.',
    'Compare `cas.<name>.eab` with what the CA gave out; many pairs are good for one account only, and a new one is needed. After the reload `certd renew` tries at once.',
  ),
  'eab-key-unusable': entry(
    'back-off',
    'The file with the MAC key of an external account binding cannot be used. Nothing was asked of the CA.',
    'The message says why. It holds one key in base64url, as the CA gave it out, belongs to root and the group certd, and has mode 0640.',
  ),
  'identifier-rejected': entry(
    'daily',
    'The CA does not issue for one of the domains.',
    'The message names the domain and the CA’s reason; correct it or take the domain out.',
  ),
  'identifier-paused': entry(
    'daily',
    'The CA has paused a domain for this account: its validation failed too often in a row, for months.',
    'Mend what made it fail, open the address in the message in a browser to let the CA go on, then `certd renew NAME`; or take the domain out.',
  ),
  'caa-forbids': entry(
    'daily',
    'A CAA record of the domain forbids this CA.',
    'Add the CA to the CAA record, or remove the record.',
  ),
  'validation-failed': entry(
    'back-off',
    'The CA could not validate a domain by HTTP-01.',
    'Port 80 of the domain must lead to this host, to certd itself or to a web server that serves the webroot; the message holds what the CA saw.',
  ),
  'challenge-missing': entry(
    'daily',
    'The CA offers no HTTP-01 challenge for a domain.',
    'HTTP-01 cannot prove this name with this CA.',
  ),
  'profile-unavailable': entry(
    'daily',
    'The CA does not offer the certificate profile that is required. No order was placed.',
    'The message names what the CA offers: correct `profile`, or let `required` be false.',
  ),
  'profile-passed-over': entry(
    'none',
    'The CA does not offer the certificate profile that is preferred. The order was placed without one.',
    'The message names what the CA offers; correct `profile` or take it out.',
  ),
  'csr-refused': entry(
    'daily',
    'The CA refused the certificate request.',
    'The message holds the CA’s words; another key type may be needed.',
  ),
  'order-gone': entry(
    'back-off',
    'An order under way is no longer known to the CA or became invalid. One new order is placed at once; when that is lost too, certd waits.',
    'Nothing, if it passes; see the CA’s status page if it lasts.',
  ),
  'issue-timeout': entry(
    'back-off',
    'The CA did not finish the order within `issue_timeout`. The order is kept and taken up again.',
    'Raise `cas.<name>.issue_timeout` if this CA is known to be slow.',
  ),
  'already-revoked': entry(
    'none',
    'The certificate is revoked already.',
    'Where no other one has taken its place, `certd renew NAME --force` orders it.',
  ),
  'ca-not-configured': entry(
    'none',
    'A certificate is to be revoked, and the CA that issued it is not in the configuration any more.',
    'Put it back into `cas` under any name, with the directory that the message names; no certificate has to use it.',
  ),
  'order-waits': entry(
    'not-before',
    'The CA is still at work on an order and asks to be left alone for more than a minute. No failure: the order is kept and looked at again then.',
    'Nothing: certd waits as long as the CA asks.',
  ),
  stopped: entry('next-tick', 'certd was stopped in the middle of an attempt.', 'Nothing.'),
} satisfies Record<string, Entry>;
