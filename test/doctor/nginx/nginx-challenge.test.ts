import { describe, expect, it } from 'vitest';
import { nginxWeb } from '../../../src/doctor/nginx/nginx-challenge.ts';
import { nginxDirectives } from '../../../src/doctor/nginx/nginx-directives.ts';
import { challengeUri } from '../../../src/doctor/sites/challenge-answer.ts';

const web = (text: string) => nginxWeb(nginxDirectives(text, '/n.conf'));

/** What the only server does with a.example. */
function outcome(server: string, http = '') {
  const text = `http { ${http} server { server_name a.example; ${server} } }`;
  return web(text).answer('a.example', '192.0.2.10')?.outcome;
}

const file = (directory: string) => ({ kind: 'file', path: `${directory}${challengeUri}` });
const root = 'root /srv;';
const password = 'auth_basic "x"; auth_basic_user_file /etc/nginx/users;';

describe('the file that nginx looks for', () => {
  it.each([
    ['root of the server', root, ''],
    ['root of http', '', root],
    ['root of a location', 'root /x; location /.well-known/ { root /srv; }', ''],
    ['root around a nested location', `location / { ${root} location /.well-known/acme-challenge/ { } }`, ''],
    ['root beside a location for all', `${root} location / { try_files $uri $uri/ =404; }`, ''],
    ['root with the host in it', 'root /$host; location / { root /srv; }', ''],
  ])('is below the %s', (_, server, http) => {
    expect(outcome(server, http)).toEqual(file('/srv'));
  });

  it('has the name of the host where root has a variable for it', () => {
    expect(outcome('root /var/www/$http_host;')).toEqual(file('/var/www/a.example'));
  });

  it.each([
    ['/.well-known/acme-challenge/', '/d/', '/d/'],
    ['/.well-known/acme-challenge', '/d', '/d/'],
    ['^~ /.well-known/', '/d/', '/d/acme-challenge/'],
  ])('of the location %s with the alias %s is in %s', (location, alias, directory) => {
    const token = challengeUri.slice(challengeUri.lastIndexOf('/') + 1);
    expect(outcome(`location ${location} { alias ${alias}; }`)).toEqual({
      kind: 'file',
      path: `${directory}${token}`,
    });
  });

  it('misses a slash where the alias does', () => {
    expect(outcome('location /.well-known/acme-challenge/ { alias /d; }')).toMatchObject({
      path: expect.stringMatching(/^\/d[A-Z]/i),
    });
  });
});

describe('the location', () => {
  it.each([
    [
      'longest prefix',
      'location /.well-known/acme-challenge/ { root /srv; } location /.well-known { root /x; } location / { root /x; }',
    ],
    [
      'regular expression before a prefix',
      'location /.well-known/acme-challenge/ { root /x; } location ~ ^/\\.well { root /srv; }',
    ],
    ['first regular expression', 'location ~* WELL { root /srv; } location ~ known { root /x; }'],
    [
      'prefix that keeps regular expressions out',
      'location ^~ /.well-known/ { root /srv; } location ~ /\\. { deny all; }',
    ],
    [
      'regular expression inside of a prefix',
      'location / { location ~ known { root /srv; } } location ~ well { root /x; }',
    ],
    ['regular expression that does not fit', 'location ~ \\.php$ { root /x; } location / { root /srv; }'],
    [
      'one without an exact match of the directory',
      'location = /.well-known/acme-challenge/ { root /x; } location / { root /srv; }',
    ],
  ])('is the %s', (_, server) => {
    expect(outcome(server)).toEqual(file('/srv'));
  });

  it('is unclear behind a pattern that JavaScript does not know', () => {
    expect(outcome('location ~ ^(?>/x) { root /x; } location / { root /srv; }')).toEqual({
      kind: 'unclear',
      words: '/n.conf:1 has a pattern that doctor does not know',
    });
  });
});

describe('a redirect', () => {
  const to = (address: string) => ({ kind: 'redirect', to: address, place: '/n.conf:1' });
  const https = `https://a.example${challengeUri}`;
  const location = 'location /.well-known/acme-challenge/ { root /srv; }';

  it.each([
    ['of the server catches every location', `return 301 https://$host$request_uri; ${location}`],
    ['without a code', `return https://$host$request_uri; ${location}`],
    ['by rewrite', `rewrite ^ https://$host$request_uri? permanent; ${location}`],
    ['that certbot writes', `if ($host = a.example) { return 301 https://$host$request_uri; } ${location}`],
    ['for plain HTTP', `if ($scheme != "https") { return 301 https://$host$request_uri; } ${location}`],
    ['without TLS', `if ($https = "") { return 308 https://$host$request_uri; } ${location}`],
    ['of the location', 'location / { return 302 https://$server_name$request_uri; }'],
  ])('%s is seen', (_, server) => {
    expect(outcome(server)).toMatchObject({ kind: 'redirect', to: expect.stringContaining(https) });
  });

  it('leads where it says', () => {
    expect(outcome('return 301 https://b.example/;')).toEqual(to('https://b.example/'));
    expect(outcome('rewrite ^/(.*)$ /x/$1 redirect;')).toEqual(to('/x/$1'));
  });

  it.each([
    ['of another location', `location / { return 301 https://x; } ${location}`],
    ['of another host', `if ($host = b.example) { return 301 https://x; } ${location}`],
    ['of another host by a pattern', `if ($host ~ ^b) { return 301 https://x; } ${location}`],
    ['of another path', `rewrite ^/old https://x permanent; ${location}`],
    ['that excepts the path', `if ($request_uri !~ ^/\\.well-known/) { return 301 https://x; } ${location}`],
    [
      'behind a break for the path',
      `if ($uri ~ ^/.well-known/) { break; } return 301 https://x; ${location}`,
    ],
    ['behind a break', `break; return 301 https://x; ${location}`],
    ['behind a condition that only sets something', `if ($http_x) { set $y 1; } ${location}`],
  ])('%s does nothing', (_, server) => {
    expect(outcome(server)).toEqual(file('/srv'));
  });

  it('behind a condition that is not known is unclear', () => {
    expect(outcome(`if ($geo_x) { return 301 https://x; } ${location}`)).toMatchObject({ kind: 'unclear' });
  });
});

describe('a refusal', () => {
  it.each([
    ['of hidden files', `${root} location ~ /\\. { deny all; }`, '/n.conf:1 denies it'],
    ['of all but an office', `${root} allow 192.0.2.0/24; deny all;`, '/n.conf:1 denies it'],
    ['by a status', 'location / { return 404; }', '/n.conf:1 answers with 404'],
    ['by a password', `${root} ${password}`, '/n.conf:1 wants a password'],
    ['by a password beside an address', `${root} allow all; ${password}`, '/n.conf:1 wants a password'],
    ['of every address', `${root} deny 0.0.0.0/0; deny ::/0;`, '/n.conf:1 denies it'],
    ['of whoever is outside', `location / { ${root} internal; }`, '/n.conf:1 answers nobody outside'],
    [
      'of whoever is outside, around',
      `location / { internal; location /.well-known/ { ${root} } }`,
      '/n.conf:1 answers nobody outside',
    ],
    ['by both of two', `${root} satisfy any; deny all; ${password}`, '/n.conf:1 denies it'],
    [
      'of who has no password',
      `${root} satisfy any; deny 192.0.2.1; ${password}`,
      '/n.conf:1 wants a password',
    ],
  ])('%s is seen', (_, server, words) => {
    expect(outcome(server)).toEqual({ kind: 'refused', words });
  });

  it.each([
    ['of some', `${root} deny 192.0.2.1;`],
    ['that the location takes back', 'deny all; location /.well-known/ { allow all; root /srv; }'],
    ['after all were let in', `${root} allow all; deny all;`],
    ['by a password where an address is enough', `${root} satisfy any; allow all; ${password}`],
    ['by another server where an address is enough', `${root} satisfy any; allow all; auth_request /a;`],
    ['by a password that is nowhere written', `${root} auth_basic "x";`],
    ['of other methods', `location / { ${root} limit_except GET HEAD { deny all; } }`],
    [
      'by another server that the location takes back',
      `auth_request /a; location / { auth_request off; ${root} }`,
    ],
    ['by a password that the location takes back', `${password} location / { auth_basic off; ${root} }`],
  ])('%s is none', (_, server) => {
    expect(outcome(server)).toEqual(file('/srv'));
  });
});

it.each([
  ['is passed on', 'location / { proxy_pass http://b; }', 'gives it to http://b (proxy_pass)'],
  ['is for a program', 'location / { fastcgi_pass unix:/x; }', 'gives it to unix:/x (fastcgi_pass)'],
  ['is rewritten', `${root} rewrite ^/.well-known/(.*)$ /x/$1;`, 'rewrites it to /x/$1'],
  ['has another file first', `${root} location / { try_files /m.html $uri; }`, 'looks for /m.html first'],
  ['has a text', 'location / { return 200 "x"; }', 'answers with a text of its own'],
  ['has no root', '', 'which one nginx then takes is compiled in'],
  ['has a relative root', 'root html;', 'is html, below a directory that is compiled in'],
  ['has a root that only nginx knows', 'root /srv/$x;', 'known only while nginx runs'],
  ['is first for another server to judge', `${root} auth_request /auth;`, 'has auth_request'],
  ['is for who has a token', `location / { ${root} auth_jwt x; }`, 'has auth_jwt'],
  ['is for Lua to judge', `${root} access_by_lua_block { ngx.exit(403) }`, 'has access_by_lua_block'],
  ['meets a firewall', `${root} modsecurity on;`, 'has modsecurity'],
  ['has a method that counts', `location / { ${root} limit_except POST { deny all; } }`, 'has limit_except'],
  ['may not go by a symlink', `${root} disable_symlinks on;`, 'has disable_symlinks'],
  ['is for IPv6 alone', `${root} deny 0.0.0.0/0;`, 'denies 0.0.0.0/0'],
  ['is for a half of the world', `${root} deny 0.0.0.0/1; deny 128.0.0.0/1;`, 'denies 0.0.0.0/1'],
  ['may be let in by another server', `${root} satisfy any; deny all; auth_request /a;`, 'has auth_request'],
  ['has another root at times', `${root} if ($x) { root /x; }`, 'depends on a condition'],
  [
    'is passed on at times',
    `location / { ${root} if ($x) { proxy_pass http://b; } }`,
    'depends on a condition',
  ],
  ['has what nobody knows', `${root} testcookie on;`, 'has testcookie, and doctor does not know'],
  ['has an alias in a pattern', 'location ~ ^/.well(.*) { alias /x$1; }', 'known only while nginx runs'],
])('a request that %s is unclear', (_, server, words) => {
  expect(outcome(server)).toMatchObject({ kind: 'unclear', words: expect.stringContaining(words) });
});

it('a directive of http that nobody knows is unclear, too', () => {
  expect(outcome(root, 'auth_request /auth;')).toMatchObject({ kind: 'unclear' });
});

describe('the server', () => {
  const named = (text: string, domain: string, at = '192.0.2.10') => {
    const outcome = web(`http { ${text} }`).answer(domain, at)?.outcome;
    return outcome && 'path' in outcome ? outcome.path.split('/')[1] : (outcome ?? null);
  };

  it.each([
    ['a.example', 'exact'],
    ['b.a.example', 'longer'],
    ['c.example', 'shorter'],
    ['www.b.test', 'end'],
    ['x1.test', 'pattern'],
    ['other.test', 'default'],
    ['dot.test', 'dot'],
    ['y.dot.test', 'dot'],
  ])('for %s is the %s one', (domain, root) => {
    const text = `
      server { listen 80; server_name *.example; root /shorter; }
      server { server_name ~^x\\d; root /pattern; }
      server { listen 80 default_server; server_name _; root /default; }
      server { listen *:80; server_name A.example; root /exact; }
      server { listen 80; server_name *.a.example; root /longer; }
      server { listen 80; server_name www.*; root /end; }
      server { listen 80; server_name .dot.test; root /dot; }
      server { listen 443 ssl; server_name ${domain}; root /tls; }`;
    expect(named(text, domain)).toBe(root);
  });

  const several = `
    server { listen 80 default_server; listen [::]:80 default_server; root /first; }
    server { listen 80; server_name a.example; root /second; }
    server { listen 127.0.0.1:80; root /inside; }
    server { listen 192.0.2.9:80; listen [2001:DB8::9]:80; root /own; }`;
  it.each([
    ['192.0.2.10', 'second'],
    ['0.0.0.0', 'second'],
    ['2001:db8::1', 'first'],
    ['2001:db8::9', 'own'],
    ['192.0.2.9', 'own'],
    ['127.0.0.1', 'inside'],
  ])('at the address %s is the %s one', (at, root) => {
    expect(named(several, 'a.example', at)).toBe(root);
  });

  it.each([
    ['IPv6 without IPv4', 'listen [::]:80;', '192.0.2.10', null],
    ['IPv6 with IPv4', 'listen [::]:80 ipv6only=off;', '192.0.2.10', 'x'],
    ['IPv4', 'listen 80;', '2001:db8::1', null],
    ['this host alone', 'listen localhost:80;', '192.0.2.10', null],
    ['this host alone, asked from there', 'listen localhost:80;', '::1', 'x'],
    ['another port', 'listen 8080;', '192.0.2.10', null],
    ['TLS', 'listen 80 ssl;', '192.0.2.10', null],
  ])('on %s (%s) is for %s %s', (_, listen, at, root) => {
    expect(named(`server { ${listen} root /x; }`, 'a.example', at)).toBe(root);
  });

  it('on the name of a host is not known', () => {
    expect(named('server { listen b.example:80; root /x; }', 'a.example')).toEqual({
      kind: 'unclear',
      words: '/n.conf:1 listens on b.example, and nginx alone knows which address that was',
    });
  });
});

it('knows its workers’ user', () => {
  expect(web('user www-data; http { }').worker).toBe('www-data');
  expect(web('http { }').worker).toBe(null);
});
