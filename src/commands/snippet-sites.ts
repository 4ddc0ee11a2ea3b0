import { join } from 'node:path';
import { CertdError } from '../core/errors.ts';
import type { ChallengeMethod, Target } from '../core/model.ts';
import { isEveryAddress, isIpv6, listenText } from '../core/text/listen-address.ts';

/** One site of a web server: certificates for the same domains stand in it side by side (RSA beside ECDSA). */
export type Site = {
  readonly domains: readonly string[];
  readonly certificates: readonly SiteCertificate[];
  readonly challenge: SiteChallenge;
  /** The certificates disagree; a server can answer one path in one way only. */
  readonly severalChallenges: boolean;
};

export type SiteCertificate = {
  readonly name: string;
  readonly fullchain: string;
  readonly key: string;
  /** The first of its `files` that is `combined`; null where there is none. */
  readonly combined: string | null;
};

/** Who answers the CA. `proxy`: certd, behind the web server. `certd`: certd on port 80 itself, or wherever its socket unit listens. */
type SiteChallenge =
  | { readonly kind: 'webroot'; readonly path: string }
  | { readonly kind: 'proxy'; readonly to: string }
  | { readonly kind: 'certd' };

export const challengePath = '/.well-known/acme-challenge/';

/** The sites that these certificates are for. `liveDir`: absolute. Throws `usage` for a path that no server's syntax can say. */
export function sitesOf(targets: readonly Target[], liveDir: string): readonly Site[] {
  const groups = Map.groupBy(targets, ({ domains }) => [...domains].sort().join(' '));
  return [...groups.values()].map(group => siteOf(group, liveDir));
}

function siteOf(targets: readonly Target[], liveDir: string): Site {
  const challenges = targets.map(({ challenge }) => challengeOf(challenge));
  const [challenge = { kind: 'certd' as const }] = challenges;
  return {
    domains: targets[0]?.domains ?? [],
    certificates: targets.map(({ name, files }) => ({
      name,
      fullchain: sayable(join(liveDir, name, 'fullchain.pem')),
      key: sayable(join(liveDir, name, 'privkey.pem')),
      combined: combinedOf(files),
    })),
    challenge,
    severalChallenges: new Set(challenges.map(each => JSON.stringify(each))).size > 1,
  };
}

function combinedOf(files: Target['files']): string | null {
  const file = files.find(({ content }) => content === 'combined');
  return file === undefined ? null : sayable(file.path);
}

function challengeOf(method: ChallengeMethod): SiteChallenge {
  if (method.kind === 'webroot') return { kind: 'webroot', path: sayable(method.path) };
  if (method.kind === 'systemd-socket' || method.listen.some(({ port }) => port === 80))
    return { kind: 'certd' };
  const [first] = method.listen;
  if (first === undefined) return { kind: 'certd' };
  const loopback = isIpv6(first.address) ? '::1' : '127.0.0.1';
  const address = isEveryAddress(first.address) ? loopback : first.address;
  return { kind: 'proxy', to: listenText({ address, port: first.port }) };
}

/** nginx and Apache take `$` for a variable, and nginx has no way to write one. */
function sayable(path: string): string {
  if (!/[\p{Cc}$]/u.test(path)) return path;
  throw new CertdError(
    'usage',
    `the path ${JSON.stringify(path)} cannot be written in a server’s configuration`,
  );
}

/** Lines that begin with `# `. */
export function comment(...lines: readonly string[]): readonly string[] {
  return lines.map(line => `# ${line}`);
}

/** The heading of one site, and what has to be said of it whatever the server. */
export function siteHeading({ certificates, domains, severalChallenges }: Site): readonly string[] {
  const names = certificates.map(({ name }) => name).join(' and ');
  return [
    '',
    ...comment(`${names}: ${domains.join(', ')}`),
    ...(severalChallenges
      ? comment(
          'These certificates answer the CA in different ways, and a site can only in one:',
          'give them the same `challenge`.',
        )
      : []),
  ];
}
