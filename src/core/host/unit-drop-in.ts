import type { Target } from '../model.ts';

/** What of a configuration the unit of the issuer must allow. */
export type UnitNeeds = {
  readonly certificates: readonly Pick<Target, 'challenge'>[];
  /** Absolute path; null for the usual one in the runtime directory. */
  readonly healthSocket: string | null;
  /** Whoever may ask the health socket; null for the usual group. */
  readonly healthGroup: string | null;
};

/**
 * The lines of a drop-in for `systemd/certd.service` that this configuration needs, in the syntax of systemd.exec(5); none
 * where the unit as it is will do.
 */
export function unitDropIn({ certificates, healthSocket, healthGroup }: UnitNeeds): readonly string[] {
  const challenges = certificates.map(({ challenge }) => challenge);
  const webroots = challenges.flatMap(challenge => (challenge.kind === 'webroot' ? [challenge.path] : []));
  const sockets = healthSocket === null ? [] : [healthSocket.slice(0, healthSocket.lastIndexOf('/')) || '/'];
  const paths = [...new Set([...webroots, ...sockets])].filter(path => !isWithin(path, writable)).sort();
  const hidden = paths.filter(path => isWithin(path, homes));
  const shown = paths.filter(path => !isWithin(path, homes));
  const ports = challenges.flatMap(challenge =>
    challenge.kind === 'standalone' ? challenge.listen.map(({ port }) => port) : [],
  );
  const isLow = ports.some(port => port < 1024);
  const isForOthers = healthGroup !== null && healthGroup !== 'certd';
  const settings = [
    ...shown.map(path => `ReadWritePaths=${word(`-${path}`)}`),
    ...(hidden.length === 0 ? [] : ['ProtectHome=tmpfs']),
    ...hidden.map(path => `BindPaths=${word(`-${path}`)}`),
    ...(paths.some(path => isWithin(path, temporary)) ? ['PrivateTmp=no'] : []),
    ...(isLow ? portSettings : []),
    ...(isForOthers ? groupSettings(healthGroup) : []),
    // In a user namespace of its own a capability would be worth nothing, and other groups are not known.
    ...(isLow || isForOthers ? ['PrivateUsers=no'] : []),
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
];

/** A member may give the socket to its group with no further right; whoever asks must get through the directory. */
function groupSettings(group: string): readonly string[] {
  return [
    `SupplementaryGroups=${word(group)}`,
    'RuntimeDirectoryMode=0755',
    // Part of @privileged, which the unit forbids.
    'SystemCallFilter=@chown',
  ];
}

function isWithin(path: string, directories: readonly string[]): boolean {
  return directories.some(directory => path === directory || path.startsWith(`${directory}/`));
}

/**
 * A word of a unit file: `%` begins a specifier. In quotes because systemd takes white space from the end of a line before
 * it looks at backslashes, and by backslashes in them because it knows no `\x20` in paths.
 */
function word(text: string): string {
  const plain = text.replaceAll('%', '%%');
  return /[\s"'\\:]/.test(plain) ? `"${plain.replaceAll(/["\\]/g, '\\$&')}"` : plain;
}
