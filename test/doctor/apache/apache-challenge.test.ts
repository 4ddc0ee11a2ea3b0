import { describe, expect, it } from 'vitest';
import { apacheAnswer } from '../../../src/doctor/apache/apache-challenge.ts';
import { apacheDirectives } from '../../../src/doctor/apache/apache-directives.ts';
import { challengeUri } from '../../../src/doctor/sites/challenge-answer.ts';

const answer = (text: string, domain = 'a.example', at = '192.0.2.10') =>
  apacheAnswer(apacheDirectives(text, '/a.conf'), '/etc/apache2', domain, at);

/** What the only virtual host does with a.example. */
function outcome(host: string, outside = '') {
  const text = `Listen 80\n${outside}\n<VirtualHost *:80>\nServerName a.example\n${host}\n</VirtualHost>\n`;
  return answer(text)?.outcome;
}

const file = (directory: string) => ({ kind: 'file', path: `${directory}${challengeUri}` });

describe('the file that Apache looks for', () => {
  it.each([
    ['DocumentRoot', 'DocumentRoot /srv', '', '/srv'],
    ['DocumentRoot outside', '', 'DocumentRoot "/srv/"', '/srv'],
    ['DocumentRoot below ServerRoot', 'DocumentRoot htdocs', '', '/etc/apache2/htdocs'],
    ['an alias of the path', 'DocumentRoot /x\nAlias /.well-known/ /srv/.well-known/', '', '/srv'],
    ['an alias outside', 'DocumentRoot /x', 'Alias "/.well-known" "/srv/.well-known"', '/srv'],
  ])('is below %s', (_, host, outside, directory) => {
    expect(outcome(host, outside)).toEqual(file(directory));
  });

  it.each([
    ['an alias of another path', 'Alias /.well /x'],
    ['a proxy that excepts the path', 'ProxyPass /.well-known !\nProxyPass / http://b/'],
    ['a redirect of another path', 'Redirect permanent /old https://x/'],
    ['a redirect of all but the path', 'RedirectMatch permanent ^/(?!\\.well-known/)(.*) https://x/$1'],
    ['rules that are off', 'RewriteRule ^ https://x/ [R]'],
    [
      'a rule that excepts the path',
      'RewriteEngine On\nRewriteCond %{REQUEST_URI} !^/\\.well-known/acme-challenge/\nRewriteRule ^ https://x/ [R=301]',
    ],
    [
      'a rule of another host',
      'RewriteEngine On\nRewriteCond %{SERVER_NAME} =b.example\nRewriteRule ^ https://x/ [R]',
    ],
    ['a rule for TLS', 'RewriteEngine On\nRewriteCond %{HTTPS} on\nRewriteRule ^ https://x/ [R]'],
    [
      'a rule that lets it pass first',
      'RewriteEngine On\nRewriteRule ^/\\.well-known/ - [END]\nRewriteRule ^ https://x/ [R]',
    ],
    ['a rule that sets something', 'RewriteEngine On\nRewriteCond %{TIME} x\nRewriteRule ^ - [E=a:b]'],
    [
      'a section that lets all in',
      '<Directory />\nRequire all denied\n</Directory>\n<Directory /srv/>\nRequire all granted\n</Directory>',
    ],
    ['Deny for some', '<Directory /srv>\nOrder deny,allow\nDeny from 192.0.2.1\n</Directory>'],
    ['Allow for all', '<Directory /srv>\nOrder allow,deny\nAllow from all\n</Directory>'],
    [
      'Deny that an inner section takes back',
      '<Directory />\nDeny from all\n</Directory>\n<Directory /srv>\nAllow from all\n</Directory>',
    ],
    ['files that are hidden', '<FilesMatch "^\\.ht">\nRequire all denied\n</FilesMatch>'],
    ['files of a program', '<FilesMatch "\\.php$">\nSetHandler x\n</FilesMatch>'],
    ['a method that does not count', '<Location />\n<Limit POST>\nRequire all denied\n</Limit>\n</Location>'],
    ['all but GET', '<Location />\n<LimitExcept GET>\nDeny from all\n</LimitExcept>\n</Location>'],
    ['a condition without consequence', '<If "%{HTTPS} == \'on\'">\nHeader set X y\n</If>'],
    [
      'one line of several that lets all in',
      '<Location />\nRequire ip 192.0.2.1\nRequire all granted\n</Location>',
    ],
    ['a program elsewhere', 'WSGIScriptAlias /app /x.wsgi\nJkMount /shop/* worker'],
    ['a program that an alias goes before', 'WSGIScriptAlias / /x.wsgi\nAlias /.well-known /srv/.well-known'],
    ['the usual handler', 'SetHandler None'],
    [
      'a filter that packs',
      'SetOutputFilter DEFLATE\nAddOutputFilterByType DEFLATE;BROTLI_COMPRESS text/html',
    ],
    [
      'a section elsewhere',
      '<Directory /srv2>\nRequire all denied\n</Directory>\n<Location /x>\nRequire all denied\n</Location>',
    ],
  ])('is the same with %s', (_, host) => {
    expect(outcome(`DocumentRoot /srv\n${host}`)).toEqual(file('/srv'));
  });
});

describe('a redirect', () => {
  const https = `https://a.example${challengeUri}`;

  it.each([
    ['Redirect', 'Redirect permanent / https://a.example/', ''],
    ['Redirect without a status', 'Redirect / https://a.example/', ''],
    ['RedirectPermanent outside', '', 'RedirectPermanent / https://a.example/'],
    [
      'RewriteRule',
      'RewriteEngine on\nRewriteRule ^ https://%{SERVER_NAME}%{REQUEST_URI} [END,NE,R=permanent]',
      '',
    ],
    [
      'what certbot writes',
      'RewriteEngine on\nRewriteCond %{SERVER_NAME} =b.example [OR]\nRewriteCond %{SERVER_NAME} =a.example\nRewriteRule ^ https://%{SERVER_NAME}%{REQUEST_URI} [END,NE,R=permanent]',
      '',
    ],
    [
      'RewriteRule without TLS',
      'RewriteEngine on\nRewriteCond %{HTTPS} !=on\nRewriteRule ^/?(.*) https://%{HTTP_HOST}%{REQUEST_URI} [R,L]',
      '',
    ],
  ])('by %s is seen', (_, host, outside) => {
    expect(outcome(`DocumentRoot /srv\n${host}`, outside)).toMatchObject({ kind: 'redirect', to: https });
  });

  it('by a pattern leads where it says', () => {
    expect(outcome('RedirectMatch 301 ^/(.*)$ https://b.example/$1')).toEqual({
      kind: 'redirect',
      to: 'https://b.example/$1',
      place: '/a.conf:5',
    });
  });
});

it.each([
  ['a section', '<Directory />\nRequire all denied\n</Directory>', '/a.conf:7 denies it'],
  [
    'a section for hidden files',
    '<DirectoryMatch "/\\.">\nRequire all denied\n</DirectoryMatch>',
    '/a.conf:7 denies it',
  ],
  [
    'a location',
    '<Directory /srv>\nRequire all granted\n</Directory>\n<Location /.well-known>\nRequire all denied\n</Location>',
    '/a.conf:10 denies it',
  ],
  ['a rule', 'RewriteEngine on\nRewriteRule "/\\." - [F]', '/a.conf:7 forbids it'],
  ['Deny', '<Directory /srv>\nOrder deny,allow\nDeny from all\n</Directory>', '/a.conf:8 denies it'],
  ['Order', '<Location />\nOrder allow,deny\n</Location>', '/a.conf:7 denies it'],
  ['files', '<Files "*">\nRequire all denied\n</Files>', '/a.conf:7 denies it'],
  ['files by a pattern', '<FilesMatch ".">\nRequire all denied\n</FilesMatch>', '/a.conf:7 denies it'],
  [
    'files of a directory',
    '<Directory /srv>\nRequire all granted\n<Files *>\nRequire all denied\n</Files>\n</Directory>',
    '/a.conf:9 denies it',
  ],
  [
    'the method',
    '<Location />\n<Limit GET POST>\nRequire all denied\n</Limit>\n</Location>',
    '/a.conf:8 denies it',
  ],
  ['what wants TLS', '<Location />\nSSLRequireSSL\n</Location>', '/a.conf:7 wants TLS'],
  ['Redirect', 'Redirect 404 /.well-known', '/a.conf:6 answers with 404'],
  ['Redirect gone', 'Redirect gone /', '/a.conf:6 answers with gone'],
])('a refusal by %s is seen', (_, host, words) => {
  expect(outcome(`DocumentRoot /srv\n${host}`)).toEqual({ kind: 'refused', words });
});

it.each([
  ['is passed on', 'ProxyPass / http://b/', 'gives it to http://b/'],
  ['is passed on by a rule', 'RewriteEngine on\nRewriteRule ^(.*) http://b$1 [P]', 'gives it to http://b$1'],
  ['is for a program', '<Location />\nSetHandler x\n</Location>', 'gives it to a program or another server'],
  ['is rewritten', 'RewriteEngine on\nRewriteRule ^ /index.php [L]', 'rewrites it to /index.php'],
  [
    'depends on a file',
    'RewriteEngine on\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^ /index.php',
    'depends on a condition',
  ],
  [
    'is for some',
    '<Directory />\nRequire ip 192.0.2.0/24\n</Directory>',
    'lets in only some (require ip 192.0.2.0/24)',
  ],
  ['meets a handler for all', 'SetHandler x', '/a.conf:6 gives it to a program'],
  ['is for a program of Python', 'WSGIScriptAlias / /x.wsgi', 'gives it to a program'],
  ['is for Tomcat', 'JkMount /* worker', 'gives it to worker'],
  ['meets a condition', '<If "true">\nRequire all denied\n</If>', 'depends on a condition'],
  [
    'meets a condition in a section',
    '<Location />\n<If "true">\n<Files x>\nSetHandler x\n</Files>\n</If>\n</Location>',
    'depends on a condition',
  ],
  ['is redirected by a section', '<Location />\nRedirect / https://x/\n</Location>', 'has redirect'],
  ['has another place by its host', 'VirtualDocumentRoot /srv/%0', 'has virtualdocumentroot'],
  ['meets a firewall', 'SecRuleEngine On', 'has secruleengine'],
  ['needs TLS', 'SSLEngine on', 'has sslengine'],
  ['depends on a variable', '<Location />\nOrder allow,deny\nAllow from env=x\n</Location>', 'by a variable'],
  [
    'needs one of several',
    '<Location />\nSatisfy Any\nDeny from all\nRequire all granted\n</Location>',
    'Satisfy Any',
  ],
  ['is changed on its way', 'SetOutputFilter SUBSTITUTE', 'has setoutputfilter'],
  [
    'meets rules in a section',
    '<Directory /srv>\nRewriteRule ^ /x\n</Directory>',
    'rewrites, which doctor does not follow there',
  ],
  [
    'meets a pattern that is not known',
    'RedirectMatch ^(?>/x) https://x',
    'has a pattern that doctor does not know',
  ],
])('a request that %s is unclear', (_, host, words) => {
  expect(outcome(`DocumentRoot /srv\n${host}`)).toMatchObject({
    kind: 'unclear',
    words: expect.stringContaining(words),
  });
});

describe('the virtual host', () => {
  const text = `Listen 80
DocumentRoot /main
<VirtualHost *:80>
ServerName first.example
DocumentRoot /first
</VirtualHost>
<VirtualHost *:80>
ServerName a.example
ServerAlias www.a.example *.b.example
DocumentRoot /second
</VirtualHost>
<VirtualHost *:443>
ServerName a.example
DocumentRoot /tls
</VirtualHost>
`;
  const root = (domain: string, of = text, at = '192.0.2.10') => {
    const found = answer(of, domain, at)?.outcome;
    return found && 'path' in found ? found.path.split('/')[1] : null;
  };

  it('is the one with the name, and else the first', () => {
    expect(root('a.example')).toBe('second');
    expect(root('x.b.example')).toBe('second');
    expect(root('other.example')).toBe('first');
  });

  it('is the main server where there is none for port 80', () => {
    expect(root('a.example', text.replaceAll('*:80', '*:8080'))).toBe('main');
  });

  it('is none where nothing listens on port 80', () => {
    expect(answer(text.replace('Listen 80', 'Listen 443'))).toBe(null);
  });

  it.each([
    ['192.0.2.10', 'second'],
    ['2001:db8::1', 'second'],
    ['192.0.2.9', 'own'],
    ['2001:db8::9', 'own'],
    ['127.0.0.1', 'inside'],
    ['::1', 'inside'],
  ])('at the address %s is the %s one', (at, expected) => {
    const own =
      '<VirtualHost 192.0.2.9:80 [2001:DB8::9]:80>\nDocumentRoot /own\n</VirtualHost>\n<VirtualHost localhost:80>\nDocumentRoot /inside\n</VirtualHost>\n';
    expect(root('a.example', text + own, at)).toBe(expected);
  });

  it('is the main server at an address for which there is none', () => {
    const inside = text.replaceAll('*:80', '127.0.0.1:80');
    expect(root('a.example', inside)).toBe('main');
    expect(root('a.example', inside, '127.0.0.1')).toBe('second');
  });

  it.each([
    ['Listen 127.0.0.1:80', '192.0.2.10', null],
    ['Listen 127.0.0.1:80', '127.0.0.1', 'second'],
    ['Listen [::]:80', '192.0.2.10', 'second'],
  ])('with %s at %s: %s', (listen, at, expected) => {
    expect(root('a.example', text.replace('Listen 80', listen), at)).toBe(expected);
  });
});
