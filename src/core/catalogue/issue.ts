import { type Entry, entry } from './entry.ts';

export const issueErrors = {
  'webroot-unusable': entry(
    'back-off',
    'The webroot cannot hold a challenge file.',
    'Create the directory, and let the user that certd runs as write to `.well-known/acme-challenge` in it.',
  ),
  'before-hook-failed': entry(
    'back-off',
    'A command of `attempt.before` failed, so nothing was ordered. The commands of `attempt.after` ran all the same.',
    'Run the command by hand; its last lines are in the log.',
  ),
  'after-hook-failed': entry(
    'none',
    'A command of `attempt.after` failed. What `attempt.before` has stopped may still be stopped. The commands stay owed and are tried again, after a minute at first and then after up to a quarter of an hour.',
    'Run the command by hand; its last lines are in the log. `certd renew NAME` tries at once.',
  ),
  'after-gone': entry(
    'none',
    'Commands of `attempt.after` are owed, since an attempt to order had begun, and the configuration no longer says which: they are not run. What `attempt.before` has stopped may still be stopped.',
    'Start by hand what was stopped. A certificate that has left the configuration has this problem until you remove `issuer/attempts/NAME.json` from the state directory and reload certd (SIGHUP; it looks by itself each hour), or put the certificate back: then the commands run at once.',
  ),
  'port-taken': entry(
    'back-off',
    'Another program listens where the standalone challenge is to be answered.',
    'Stop that program, or let it answer: `challenge: { webroot: … }`. `ss -ltnp`, run as root, names it.',
  ),
  'port-forbidden': entry(
    'back-off',
    'certd may not listen on the port of the standalone challenge. Ports below 1024 are for root and for those with CAP_NET_BIND_SERVICE.',
    'Add `AmbientCapabilities=CAP_NET_BIND_SERVICE` to certd’s unit, or use `standalone: { socket: systemd }`, or a webroot.',
  ),
  'listen-failed': entry(
    'back-off',
    'An address of the standalone challenge cannot be listened on. Where this host has no IPv6, the others are used.',
    'The message has the system’s reason; in `listen`, take out or correct the address that this host does not have.',
  ),
  'socket-not-passed': entry(
    'back-off',
    'The challenge is to be answered on a socket from systemd, and certd was passed none that it can use.',
    'Start certd by its unit, with a socket unit of the same name: `[Socket]`, `ListenStream=0.0.0.0:80`, `ListenStream=[::]:80`, `BindIPv6Only=ipv6-only`. A `certd renew` without a daemon has no such socket.',
  ),
  'self-check-failed': entry(
    'none',
    'certd could not read its own challenge over HTTP. An order goes on all the same: some hosts cannot reach themselves.',
    'If validation fails too, check that port 80 of the domain leads here, and with a webroot the web server’s location for `/.well-known/acme-challenge/`.',
  ),
  'certificate-unreadable': entry(
    'back-off',
    'A certificate or private key cannot be parsed.',
    'The message says where; if it lies on disk, look for a failing disk or a stray edit.',
  ),
  'gate-refused': entry(
    'daily',
    'A certificate from the CA does not fit: its key, names or dates are wrong, or TLS clients would not accept its chain. It does not go live, and the old one stays.',
    'The message says what is wrong, with OpenSSL’s own code. A private CA, and most that are for tests, need `cas.<name>.roots`, a file with the root. Then `certd renew NAME`: by itself certd orders again after a day.',
  ),
  'chain-not-preferred': entry(
    'none',
    'The CA offers no chain to the root of `preferred_chain`, or none that TLS clients accept. Another one of its chains was taken.',
    'The message names the roots that its chains lead to: write the name or the key identifier of one of them, or take `preferred_chain` out.',
  ),
  'roots-unusable': entry(
    'back-off',
    'The file of `cas.<name>.roots` cannot be read or holds no root, so that no certificate of this CA can be checked. An order is kept, and its certificate downloaded again.',
    'The message says what is wrong with the file: PEM with the self-signed root certificate of the CA, which the user that certd runs as may read.',
  ),
  'clock-skewed': entry(
    'back-off',
    'The clocks of this host and of the CA are more than an hour apart, or a new certificate is not valid yet by that of this host. Nothing is ordered or taken as good by it; an order under way is kept, and its certificate downloaded again.',
    'Set the clock (`timedatectl` says whether it is kept by NTP); certd goes on by itself. If it is right, the CA’s is wrong: tell them.',
  ),
} satisfies Record<string, Entry>;
