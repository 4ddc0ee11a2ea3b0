import { join } from 'node:path';
import { isIpv6 } from '../core/text/listen-address.ts';
import { challengePath, comment, type Site, siteHeading } from './snippet-sites.ts';

/** Virtual hosts for Apache httpd 2.4, for each site one for port 80 and one for 443. Lines without newlines. */
export function apacheSnippet(sites: readonly Site[]): readonly string[] {
  return [
    ...comment(
      'For Apache httpd, such as a file in /etc/apache2/sites-enabled or /etc/httpd/conf.d. Where there is',
      'a virtual host for these names already, put into that what stands inside of the ones here.',
      `Modules: ${modules(sites).join(', ')}. certd itself changes no file of a server.`,
    ),
    ...sites.flatMap(site => [...siteHeading(site), ...plainHost(site), ...tlsHost(site)]),
  ];
}

function modules(sites: readonly Site[]): readonly string[] {
  const has = (kind: string) => sites.some(({ challenge }) => challenge.kind === kind);
  return [
    'ssl',
    ...(has('webroot') ? ['alias'] : []),
    ...(has('proxy') ? ['proxy', 'proxy_http'] : []),
    ...(has('webroot') || has('proxy') ? ['rewrite'] : []),
  ];
}

function plainHost(site: Site): readonly string[] {
  if (site.challenge.kind === 'certd') {
    return comment(
      'certd answers the CA itself (`standalone`): leave port 80 to it, or to its socket unit. Where Apache',
      'must have port 80, give certd another one, `listen: ["127.0.0.1:8089"]`, and run this again.',
    );
  }
  return [
    ...comment('The CA reads the challenge on port 80. All the rest may be redirected.'),
    '<VirtualHost *:80>',
    ...serverNames(site),
    ...(site.challenge.kind === 'webroot'
      ? webroot(join(site.challenge.path, challengePath))
      : [`  ProxyPass "${challengePath}" "http://${site.challenge.to}${challengePath}"`]),
    '  RewriteEngine On',
    String.raw`  RewriteCond "%{REQUEST_URI}" "!^/\.well-known/acme-challenge/"`,
    '  RewriteRule "^" "https://%{SERVER_NAME}%{REQUEST_URI}" [R=301,L]',
    '</VirtualHost>',
  ];
}

/** The directory may be inside a site that asks for a password, or outside of all that Apache may serve. */
function webroot(directory: string): readonly string[] {
  return [
    `  Alias ${quoted(challengePath)} ${quoted(directory)}`,
    `  <Directory ${quoted(directory)}>`,
    '    Options None',
    '    AllowOverride None',
    '    ForceType text/plain',
    '    Require all granted',
    '  </Directory>',
  ];
}

function tlsHost(site: Site): readonly string[] {
  return [
    ...comment(
      'Once `certd status` shows the certificate as live; before that Apache does not start with it.',
    ),
    '<VirtualHost *:443>',
    ...serverNames(site),
    '  SSLEngine on',
    ...site.certificates.flatMap(({ fullchain, key }) => [
      `  SSLCertificateFile ${quoted(fullchain)}`,
      `  SSLCertificateKeyFile ${quoted(key)}`,
    ]),
    '</VirtualHost>',
  ];
}

function serverNames({ domains }: Site): readonly string[] {
  const [first = '', ...others] = domains.map(domain => (isIpv6(domain) ? `[${domain}]` : domain));
  return [`  ServerName ${first}`, ...(others.length === 0 ? [] : [`  ServerAlias ${others.join(' ')}`])];
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
