import type { Target } from './model.ts';

/** What of a configuration the unit of the issuer must allow. */
export type UnitNeeds = {
  readonly certificates: readonly Pick<Target, 'challenge'>[];
  /** Absolute path; null for the usual one in the runtime directory. */
  readonly healthSocket: string | null;
};

/**
 * The lines of a drop-in for `systemd/certd.service` that this configuration needs, in the syntax of systemd.exec(5); none
 * where the unit as it is will do.
 */
export function unitDropIn({ certificates, healthSocket }: UnitNeeds): readonly string[] {
  const challenges = certificates.map(({ challenge }) => challenge);
  const webroots = challenges.flatMap(challenge => (challenge.kind === 'webroot' ? [challenge.path] : []));
  const sockets = healthSocket === null ? [] : [healthSocket.slice(0, healthSocket.lastIndexOf('/')) || '/'];
  const paths = [...new Set([...webroots, ...sockets])].filter(path => !isWithin(path, writable)).sort();
  const hidden = paths.filter(path => isWithin(path, homes));
  const shown = paths.filter(path => !isWithin(path, homes));
  const ports = challenges.flatMap(challenge =>
    challenge.kind === 'standalone' ? challenge.listen.map(({ port }) => port) : [],
  );
  const settings = [
    ...shown.map(path => `ReadWritePaths=-${escaped(path)}`),
    ...(hidden.length === 0 ? [] : ['ProtectHome=tmpfs']),
    ...hidden.map(path => `BindPaths=-${escaped(path)}`),
    ...(paths.some(path => isWithin(path, temporary)) ? ['PrivateTmp=no'] : []),
    ...(ports.some(port => port < 1024) ? portSettings : []),
  ];
  return settings.length === 0 ? [] : ['[Service]', ...settings];
}

/** What the unit lets the issuer write by itself. */
const writable = ['/var/www/certd', '/run/certd', '/var/run/certd', '/var/lib/certd/issuer'];

/** Hidden by ProtectHome=yes, below which no path can be opened again. */
const homes = ['/home', '/root', '/run/user'];

const temporary = ['/tmp', '/var/tmp'];

const portSettings = [
  'AmbientCapabilities=CAP_NET_BIND_SERVICE',
  'CapabilityBoundingSet=CAP_NET_BIND_SERVICE',
  // In a user namespace of its own the capability would be worth nothing.
  'PrivateUsers=no',
];

function isWithin(path: string, directories: readonly string[]): boolean {
  return directories.some(directory => path === directory || path.startsWith(`${directory}/`));
}

/** A word of a unit file: `%` begins a specifier, and what separates or quotes is quoted by a backslash. */
function escaped(path: string): string {
  return path.replaceAll('%', '%%').replaceAll(/[\s"'\\:]/g, '\\$&');
}
