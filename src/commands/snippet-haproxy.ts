import { challengePath, comment, type Site, type SiteCertificate, siteHeading } from './snippet-sites.ts';

/** Where certd answers behind HAProxy, unless it is configured to answer elsewhere. */
const usualAnswerer = '127.0.0.1:8089';

/**
 * HAProxy keeps no files to hand out: certd answers behind it. One frontend for each port, since HAProxy chooses a
 * certificate by its names. Lines without newlines.
 */
export function haproxySnippet(sites: readonly Site[]): readonly string[] {
  return [
    ...comment(
      'For /etc/haproxy/haproxy.cfg. Where there is a frontend for port 80 or 443 already, put these lines',
      'into that. certd itself changes no file of a server.',
    ),
    ...sites.flatMap(site => [...siteHeading(site), ...certdSide(site)]),
    '',
    ...plainFrontend(sites),
    '',
    ...tlsFrontend(sites),
  ];
}

/** What certd's own configuration lacks for HAProxy to work with it, as comments. */
function certdSide({ certificates, challenge }: Site): readonly string[] {
  const withoutFile = certificates.filter(({ combined }) => combined === null);
  const lines = [
    ...(challenge.kind === 'proxy' ? [] : [`  challenge: { standalone: { listen: ["${usualAnswerer}"] } }`]),
    ...(withoutFile.length === 0 ? [] : ['  files:']),
    ...withoutFile.map(each => `    - { path: ${JSON.stringify(fileOf(each))}, content: combined }`),
  ];
  return lines.length === 0 ? [] : comment('In certd’s configuration, with this certificate:', ...lines);
}

function plainFrontend(sites: readonly Site[]): readonly string[] {
  const answerers = new Set(
    sites.map(({ challenge }) => (challenge.kind === 'proxy' ? challenge.to : usualAnswerer)),
  );
  const [first = usualAnswerer, ...others] = answerers;
  return [
    ...(others.length === 0
      ? []
      : comment(`certd answers at ${others.join(', ')} as well: give all certificates one address.`)),
    ...comment('The CA reads the challenge on port 80. All the rest may be redirected.'),
    'frontend certd_http',
    '  mode http',
    '  bind :80',
    '  bind [::]:80 v6only',
    `  acl acme_challenge path_beg ${challengePath}`,
    '  http-request redirect scheme https code 301 unless acme_challenge',
    '  use_backend certd if acme_challenge',
    '',
    'backend certd',
    '  mode http',
    // Between orders nobody listens there: no health check.
    `  server certd ${first}`,
  ];
}

function tlsFrontend(sites: readonly Site[]): readonly string[] {
  const files = sites.flatMap(({ certificates }) => certificates.map(fileOf));
  const certificates = files.map(file => `crt ${word(file)}`).join(' ');
  return [
    ...comment('Once certd has written the files; before that HAProxy does not start with them.'),
    'frontend certd_https',
    '  mode http',
    `  bind :443 ssl ${certificates}`,
    `  bind [::]:443 v6only ssl ${certificates}`,
  ];
}

function fileOf({ name, combined }: SiteCertificate): string {
  return combined ?? `/etc/haproxy/certs/${name}.pem`;
}

/** In strong quotes where HAProxy would read it as more than a word; those hold everything but themselves. */
function word(text: string): string {
  if (/^[\w./@:+,-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
