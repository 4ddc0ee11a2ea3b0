export type Check = {
  readonly summary: string;
  /** What to do where it is not ok. */
  readonly cure: string;
};

/** Everything that `certd doctor` looks at, by name; `docs/doctor.md` is made from it. A name keeps its meaning. */
export const checks = {
  privileges: {
    summary: 'doctor sees everything: it runs as root.',
    cure: 'Run it as root. Without, keys and parts of the servers’ configurations cannot be read, and what was not seen is unknown.',
  },
  'server-config': {
    summary:
      'The configuration of each server that is installed could be read. It is unknown where the server’s own test of it fails, where it is more than doctor understands, and without root also where no server was found.',
    cure: 'Run the server’s own test (`nginx -t`, `apachectl -t`, `haproxy -c -f FILE`) and mend what it says. Until then its sites are not known.',
  },
  'site-certificate': {
    summary:
      'A site of a server reads a certificate of certd from a path that always shows the newest one. It is unknown where the path is only known to the server while it runs.',
    cure: 'Write the path out, without variables, or look at what the site presents with `certd verify`.',
  },
  'site-elsewhere': {
    summary:
      'No site that answers for a name of a certificate of certd uses another certificate. Such a site is not renewed by certd.',
    cure: 'Point the site at the files below `live/`; `certd snippet` prints the lines.',
  },
  'pinned-generation': {
    summary:
      'No site names a path below `deployed/`: that is one certificate for ever, and a renewal would never reach the site. Critical once another certificate is live.',
    cure: 'Name the same file below `live/NAME/`.',
  },
  'unmanaged-path': {
    summary: 'No site uses a certificate that has left certd’s configuration: nothing renews it any more.',
    cure: 'Put the certificate back into the configuration under the same name, or point the site at another one.',
  },
  'leaf-only': {
    summary:
      'No site presents a certificate of certd without its chain: clients that do not know the intermediate turn it away, and others hide the mistake.',
    cure: 'Use `fullchain.pem` in place of `cert.pem`, or `content: fullchain` or `combined` in the entry of `files`.',
  },
  'key-mismatch': {
    summary:
      'The certificate and the key of a site belong together, now and after the next renewal: both come from the same place of certd. With a key of another certificate the server does not start.',
    cure: 'Name `fullchain.pem` and `privkey.pem` of the same directory.',
  },
  'certificate-file': {
    summary:
      'The files of a site that has to do with certd are there. It is unknown where they may not be read.',
    cure: 'Correct the path, or have certd obtain the certificate (`certd status` says what keeps it). A server that starts anew does not start without.',
  },
  'certificate-used': {
    summary:
      'A server uses each certificate of the configuration. It is unknown where not every server could be read or none is there, since other programs are not looked at; endpoints that are declared count as a use.',
    cure: 'Point a server at it (`certd snippet`), declare where another program presents it (`deploy.verify`), or take it out of the configuration.',
  },
  'endpoint-declared': {
    summary:
      'Each port on which a server presents a certificate of certd is declared under `deploy.verify`, so that a deploy counts only once the new certificate is presented there.',
    cure: 'Add the line that the finding shows to the certificate.',
  },
  'clock-right': {
    summary:
      'The clock is not behind: no certificate of certd begins, and no file of it was written, more than a minute from now. Critical where a certificate says so, since its beginning comes from the CA’s clock; clients and CAs then refuse what this host takes for good, and renewals come too late. A clock that is ahead cannot be told by this, and the finding says so: `clock-kept` is the check that can.',
    cure: 'Set the clock (`timedatectl set-time`, or `chronyc makestep` where chrony runs), then see to it that something keeps it. Where a file alone is from the future, the clock has been set back since: `touch` it.',
  },
  'clock-kept': {
    summary:
      'Something keeps the clock in step with a time server: the kernel says so through `timedatectl`, or chrony through `chronyc`. It is unknown where neither can be asked; a container has the clock of its host.',
    cure: 'Install and start a time service: `systemd-timesyncd` (then `timedatectl set-ntp true`) or `chrony`. In a container, look on its host.',
  },
  'challenge-port': {
    summary:
      'The port that CAs validate on (80) is held by whom the configuration says: free or certd’s for `standalone`, systemd’s for `socket: systemd`, a web server’s for a webroot. Critical where another program is in the way, or nobody answers; unknown where a program holds it that is not known as a web server. Who listens is shown to root alone.',
    cure: 'Have the program that holds the port answer the challenges (`challenge: { webroot: DIR }`), or leave the port to certd.',
  },
  'https-port': {
    summary:
      'Who listens on port 443. That nobody does is fine where no endpoint on it is declared (`deploy.verify`): certificates are not for web servers alone.',
    cure: 'Start the server that is to present the certificate, or take the endpoint out of `deploy.verify`.',
  },
  'name-address': {
    summary:
      'Each name has addresses in DNS, and they are those of this host: of its interfaces, or those that EC2 or Alibaba Cloud give any of them. Critical where the name does not exist or has no address. Another address is a warning, since a load balancer may stand there; it is unknown where this host knows no public address of its own, and of an IPv4 address where it knows no public IPv4 address (behind NAT), or not all of them (Alibaba Cloud with a second interface or private address).',
    cure: 'Correct the A or AAAA record. Where a load balancer or a CDN stands in between, have it pass `/.well-known/acme-challenge/` on to this host over plain HTTP; `certd renew --dry-run` proves it.',
  },
  'ipv6-answers': {
    summary:
      'A name with an IPv6 address answers there as it does by IPv4; each address is tried. A CA that finds both takes IPv6, and another answer is what counts. It is unknown where this host has no IPv6 itself, and where the address is on an interface of this host: what is asked there never leaves it, and a firewall or a security group that lets IPv4 in alone is not seen. In that case nothing is said of IPv6 once a CA has validated the name within 30 days, by whichever of both.',
    cure: 'Have the server listen by IPv6 (nginx: `listen [::]:80;`) and open port 80 for IPv6 in firewall and security group, or remove the AAAA record.',
  },
  'challenge-path': {
    summary:
      'A request for a challenge that nobody has set ends as for a CA it has to: at a web server with 404, at a listener of certd’s with no connection while no CA validates. It is followed like a CA follows it: at most ten redirects, to http and https on the ports 80 and 443, without a look at certificates. Logins, 403, errors of the server, circles and other ports are critical; what cannot be known from this host is unknown. What ends well is unknown all the same where the address is on an interface of this host (what is asked there never leaves it, so that no firewall in front is seen), and where it is not known to be this host’s. It is ok where the request came through the gateway of EC2 or Alibaba Cloud, or where certd knows from a challenge that it has answered that a CA has validated the name within 30 days and no attempt has failed since.',
    cure: 'Serve `/.well-known/acme-challenge/` over plain HTTP before any redirect and any login (`certd snippet` prints the lines), and open port 80 to everybody in firewall and security group: CAs do not say where they ask from.',
  },
  caa: {
    summary:
      'CAA records (RFC 8659) let the CAs of the certificate issue for each name, with this account (`accounturi`, RFC 8657) and by http-01. That there is none is fine. What records call a CA that is not built in is unknown. A CA that is second in the list is a warning at most, and so are parameters at a CA that does not say that it obeys them.',
    cure: 'Add the record that the finding shows to the zone.',
  },
  'disk-space': {
    summary:
      'The file systems of the state directory, of the sockets, of each webroot and of each directory in `files` have room, in bytes and in files (inodes). Critical below what one renewal may need, 256 KiB and 64 files; a warning below 16 MiB, 1000 files, or one renewal of every certificate. It is unknown where the file system has quotas and is not full otherwise, since the user of the issuer may have less.',
    cure: 'Free some space, or enlarge the file system; what is live stays live meanwhile. Where it has quotas: `quota -u certd`, and none for root.',
  },
  'disk-writable': {
    summary:
      'None of these directories is mounted read-only. That they belong to the right user is another matter: systemd and `certd deploy` see to it.',
    cure: 'Mount it for writing (`mount -o remount,rw`; after errors of the disk, look at `dmesg` first), or configure another place. In a container, mount a volume there.',
  },
  'disk-kept': {
    summary:
      'The state directory is on a disk that stays: not in memory, where a reboot takes it, not in a container’s own layer, and not on a network, where the locks that keep two certd apart may not hold. What is neither one of these nor a usual file system of a disk is unknown.',
    cure: 'Put `/var/lib/certd` on a local disk; in a container, on a volume. After a loss certd orders everything anew, and a CA allows that only so often.',
  },
  'webroot-served': {
    summary:
      'For each name with a webroot, the site of nginx or Apache httpd that answers for it on port 80, at the addresses of this host that the name leads to, looks for the CA’s file (`/.well-known/acme-challenge/TOKEN`) where certd puts it, symlinks followed. Critical where it looks elsewhere or refuses (a rule against hidden files, `return`, `deny`); a warning where a redirect catches the request too, since the CA follows it to a site that needs the certificate in order to start. It is unknown behind other programs (HAProxy among them), where the request is passed on, where `.htaccess` has a say, where a directive has a say that is not among those known to be harmless, and where the answer is known only to the running server. Where nobody asked for the name’s addresses (`--offline`), a site for IPv6 alone that looks elsewhere is unknown, too: a CA comes to it only where the name has an AAAA record. It judges what is on disk, not what runs: a change counts once the server is reloaded.',
    cure: 'Give the path a location of its own: `location ^~ /.well-known/acme-challenge/ { root /var/www/certd; }` in nginx, `Alias /.well-known/acme-challenge/ /var/www/certd/.well-known/acme-challenge/` in Apache httpd. `certd renew --dry-run` shows whether a CA gets through.',
  },
  'webroot-access': {
    summary:
      'Each webroot is there, the issuer may write into it, and the user of the server’s workers gets as far as the CA’s files. It is tried as that user with `test`, so that access control lists count. It is unknown without root, without `setpriv`, and where nobody says which user it is. What sandboxes of units forbid beside that is not seen here, and what SELinux forbids is `webroot-label`.',
    cure: 'Make the directory and give it to the issuer: `install -d -o certd -m 0755 DIR`. Each directory on the way must be open to the server’s user (`chmod o+x`); one below `/root` or a home never is.',
  },
  'webroot-label': {
    summary:
      'Where SELinux is switched on: its policy lets the server read what certd puts into the webroot. The kernel itself is asked, with the label of the server that has port 80 and those of the directories and symlinks on the way; what certd makes in a directory has the label of it. What is refused is critical where that is enforced, and a warning where it is only logged (`permissive`, of the host or of the server). It is unknown without root, where the server does not run, where the webroot is not there, where a label cannot be read (`stat` of coreutils does it), and where the kernel does not answer. There is no finding where SELinux is switched off or not shown, as in most containers.',
    cure: "Say that it is content of a web server, for good and for what is there: `semanage fcontext --add --type httpd_sys_content_t 'DIR(/.*)?' && restorecon -R DIR` (`semanage` is in `policycoreutils-python-utils`). Or use `/var/www/certd`, which has that label.",
  },
  'unit-state': {
    summary:
      'The units of certd are installed, enabled and run: `certd.service`, `certd-deploy.path` and `certd-deploy.timer`, and `certd-http.socket` where a challenge asks for it. Critical where one is missing, masked, failed or stopped, or has ended and waits to be started again; a warning where the next boot does not start it, or its files have changed since systemd read them, and where `certd-http.socket` is enabled or runs although no challenge asks for it. It is unknown while one is still starting and where none is installed, and of no interest where systemd did not boot the host.',
    cure: 'Run `systemctl enable --now $(certd check-config --units)`, after `systemctl daemon-reload` where files have changed, and `systemctl unmask` where one is masked; `journalctl -u certd -u certd-deploy` says why one has failed.',
  },
  'unit-sandbox': {
    summary:
      'The units may do what this version ships them with, and what the configuration needs, but no more: neither a drop-in nor an own or older copy of a unit says otherwise. Each directive of theirs in `[Service]`, `[Socket]`, `[Path]` and `[Timer]` that differs is named with its file and line, and so is each that the shipped unit does not have, unless it is known to be harmless: limits, timeouts, restarts, the watchdog, priorities, addresses to let in, the times of the timer, and what only takes rights away. A command (`ExecStart`) and an environment (`Environment`) never are; their values are not shown. Of `[Unit]` only `JoinsNamespaceOf` counts. What other units of the host or the defaults of its systemd give is not seen here.',
    cure: 'Remove the line, or the whole file (`systemctl cat certd certd-deploy` shows them; `systemctl revert certd` removes all that is local), then `systemctl daemon-reload` and `systemctl restart certd`. An own copy in `/etc/systemd/system` hides the one that an upgrade brings.',
  },
  'unit-drop-in': {
    summary:
      'What the configuration needs beyond the shipped unit (another webroot, a low port, a socket elsewhere) is in a drop-in for `certd.service`. Without it the issuer cannot write or listen there.',
    cure: 'Write it: `mkdir -p /etc/systemd/system/certd.service.d && certd check-config --drop-in > /etc/systemd/system/certd.service.d/check-config.conf`, then `systemctl daemon-reload` and `systemctl restart certd`.',
  },
} as const satisfies Readonly<Record<string, Check>>;

export type CheckName = keyof typeof checks;
