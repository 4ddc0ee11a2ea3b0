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
      'The clock is not behind: no certificate of certd begins, and no file of it was written, more than a minute from now. Critical where a certificate says so, since its beginning comes from the CA’s clock; clients and CAs then refuse what this host takes for good, and renewals come too late. A clock that is ahead cannot be told by this.',
    cure: 'Set the clock (`timedatectl set-time`, or `chronyc makestep` where chrony runs), then see to it that something keeps it. Where a file alone is from the future, the clock has been set back since: `touch` it.',
  },
  'clock-kept': {
    summary:
      'Something keeps the clock in step with a time server: the kernel says so through `timedatectl`, or chrony through `chronyc`. It is unknown where neither can be asked; a container has the clock of its host.',
    cure: 'Install and start a time service: `systemd-timesyncd` (then `timedatectl set-ntp true`) or `chrony`. In a container, look on its host.',
  },
} as const satisfies Readonly<Record<string, Check>>;

export type CheckName = keyof typeof checks;
