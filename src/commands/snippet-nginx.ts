import { isAddress } from '../core/text/ip-address.ts';
import { isIpv6 } from '../core/text/listen-address.ts';
import { challengePath, comment, type Site, siteHeading } from './snippet-sites.ts';

/** Server blocks for nginx's `http` block, for each site one for port 80 and one for 443. Lines without newlines. */
export function nginxSnippet(sites: readonly Site[]): readonly string[] {
  return [
    ...comment(
      'For the http block of nginx, such as a file in /etc/nginx/conf.d. Where there is a server',
      'block for these names already, put into that what stands between the braces here.',
      'certd itself changes no file of a server.',
    ),
    ...sites.flatMap(site => [...siteHeading(site), ...plainServer(site), ...tlsServer(site)]),
  ];
}

function plainServer(site: Site): readonly string[] {
  if (site.challenge.kind === 'certd') {
    return comment(
      'certd answers the CA itself (`standalone`): leave port 80 to it, or to its socket unit. Where nginx',
      'must have port 80, give certd another one, `listen: ["127.0.0.1:8089"]`, and run this again.',
    );
  }
  return [
    ...comment('The CA reads the challenge on port 80. All the rest may be redirected.'),
    'server {',
    '  listen 80;',
    '  listen [::]:80;',
    `  server_name ${serverNames(site)};`,
    // ^~: no location with a regular expression, such as one for dot files, comes before it.
    `  location ^~ ${challengePath} {`,
    ...(site.challenge.kind === 'webroot'
      ? [`    root ${word(site.challenge.path)};`, '    default_type text/plain;']
      : ['    proxy_set_header Host $host;', `    proxy_pass http://${site.challenge.to};`]),
    '  }',
    '  location / { return 301 https://$host$request_uri; }',
    '}',
  ];
}

function tlsServer(site: Site): readonly string[] {
  const addresses = site.domains.some(isAddress);
  return [
    ...comment(
      'Once `certd status` shows the certificate as live; before that nginx does not start with it.',
    ),
    ...(addresses
      ? comment(
          'Clients of an IP address name nothing in the handshake: add default_server to these listen',
          'lines where another site has the address and the port as well.',
        )
      : []),
    'server {',
    '  listen 443 ssl;',
    '  listen [::]:443 ssl;',
    `  server_name ${serverNames(site)};`,
    ...site.certificates.flatMap(({ fullchain, key }) => [
      `  ssl_certificate ${word(fullchain)};`,
      `  ssl_certificate_key ${word(key)};`,
    ]),
    '}',
  ];
}

function serverNames({ domains }: Site): string {
  return domains.map(domain => (isIpv6(domain) ? `[${domain}]` : domain)).join(' ');
}

/** Quoted where nginx would read it as more than a word. */
function word(text: string): string {
  return /^[\w./@:+,-]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
