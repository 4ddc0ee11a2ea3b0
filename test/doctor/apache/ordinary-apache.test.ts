import { expect, it } from 'vitest';
import { apacheAnswer } from '../../../src/doctor/apache/apache-challenge.ts';
import { apacheDirectives } from '../../../src/doctor/apache/apache-directives.ts';
import { challengeUri } from '../../../src/doctor/sites/challenge-answer.ts';

const challenge = 'Alias /.well-known/acme-challenge/ /var/www/certd/.well-known/acme-challenge/';

/** apache2.conf of Debian 12 with its modules, without its comments and conditions. */
const debian = (site: string) => `
DefaultRuntimeDir /var/run/apache2
PidFile /run/apache2.pid
Timeout 300
KeepAlive On
MaxKeepAliveRequests 100
KeepAliveTimeout 5
User www-data
Group www-data
HostnameLookups Off
ErrorLog /var/log/apache2/error.log
LogLevel warn
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
Alias /icons/ "/usr/share/apache2/icons/"
<Directory "/usr/share/apache2/icons">
  Options FollowSymlinks
  AllowOverride None
  Require all granted
</Directory>
IndexOptions FancyIndexing VersionSort HTMLTable NameWidth=* DescriptionWidth=* Charset=UTF-8
AddIconByEncoding (CMP,/icons/compressed.gif) x-compress x-gzip
DefaultIcon /icons/unknown.gif
ReadmeName README.html
IndexIgnore .??* *~ *# RCS CVS *,v *,t
AddOutputFilterByType DEFLATE text/html text/plain text/xml
DirectoryIndex index.html index.php
SetEnvIf User-Agent "MSIE" nokeepalive
TypesConfig /etc/mime.types
AddType application/x-gzip .gz .tgz
AddLanguage de .de
AddHandler type-map var
AddOutputFilter INCLUDES .shtml
LanguagePriority en de
StartServers 2
MinSpareThreads 25
ThreadLimit 64
MaxRequestWorkers 150
RequestReadTimeout header=20-40,minrate=500
SSLRandomSeed startup builtin
SSLCipherSuite HIGH:!aNULL
SSLProtocol all -SSLv3
<Location /server-status>
  SetHandler server-status
  Require local
</Location>
ExtendedStatus On
ProxyStatus On
Listen 80
Listen 443
<Directory />
  Options FollowSymLinks
  AllowOverride None
  Require all denied
</Directory>
<Directory /usr/share>
  Require all granted
</Directory>
<Directory /var/www/>
  Options Indexes FollowSymLinks
  AllowOverride None
  Require all granted
</Directory>
AccessFileName .htaccess
<FilesMatch "^\\.ht">
  Require all denied
</FilesMatch>
LogFormat "%h %l %u %t" common
ServerTokens OS
ServerSignature On
TraceEnable Off
<FilesMatch ".+\\.ph(?:ar|p|tml)$">
  SetHandler application/x-httpd-php
</FilesMatch>
<VirtualHost *:80>
  ServerAdmin webmaster@localhost
  ServerName a.example
  DocumentRoot /var/www/certd
  ErrorLog /var/log/apache2/error.log
  CustomLog /var/log/apache2/access.log combined
  ${site}
</VirtualHost>`;

/** httpd.conf of RHEL and Amazon Linux, where sites are below conf.d. */
const rhel = (site: string) => `
ServerRoot "/etc/httpd"
Listen 80
User apache
Group apache
ServerAdmin root@localhost
<Directory />
  AllowOverride none
  Require all denied
</Directory>
DocumentRoot "/var/www/html"
<Directory "/var/www">
  AllowOverride None
  Require all granted
</Directory>
<Directory "/var/www/html">
  Options Indexes FollowSymLinks
  Require all granted
</Directory>
DirectoryIndex index.html
<Files ".ht*">
  Require all denied
</Files>
ErrorLog "logs/error_log"
LogLevel warn
ScriptAlias /cgi-bin/ "/var/www/cgi-bin/"
TypesConfig /etc/mime.types
AddType text/html .shtml
AddDefaultCharset UTF-8
MIMEMagicFile conf/magic
EnableSendfile on
<LocationMatch "^/+$">
  Options -Indexes
  ErrorDocument 403 /.noindex.html
</LocationMatch>
Alias /.noindex.html /usr/share/httpd/noindex/index.html
<VirtualHost *:80>
ServerName a.example
${site}
</VirtualHost>`;

const headers = `Header always set X-Frame-Options SAMEORIGIN
SetEnvIf Authorization "(.*)" HTTP_AUTHORIZATION=$1
ExpiresActive On
ExpiresByType text/css "access plus 1 month"
FileETag None
Protocols h2 http/1.1`;

const proxy = `ProxyPreserveHost On
ProxyPass /.well-known/acme-challenge/ !
ProxyPass / http://127.0.0.1:3000/
ProxyPassReverse / http://127.0.0.1:3000/
RequestHeader set X-Forwarded-Proto http`;

const certbot = `RewriteEngine on
RewriteCond %{SERVER_NAME} =a.example
RewriteRule ^ https://%{SERVER_NAME}%{REQUEST_URI} [END,NE,R=permanent]`;

const file = { kind: 'file', path: `/var/www/certd${challengeUri}` };

it.each([
  ['Debian', debian(''), file],
  ['Debian, with an alias', debian(`${challenge}\n${headers}`), file],
  ['Debian, with PHP and a front controller', debian('FallbackResource /index.php'), file],
  ['a reverse proxy that excepts the path', debian(`${headers}\n${proxy}`), file],
  ['a reverse proxy', debian('ProxyPass / http://127.0.0.1:3000/'), { kind: 'unclear' }],
  ['certbot', debian(certbot), { kind: 'redirect' }],
  ['a redirect by mod_alias', debian('Redirect permanent / https://a.example/'), { kind: 'redirect' }],
  ['RHEL', rhel(challenge), file],
  ['RHEL, outside of what is granted', rhel('DocumentRoot /srv'), { kind: 'refused' }],
])('an ordinary configuration, of %s, is judged', (_, text, expected) => {
  const directives = apacheDirectives(text, '/a.conf');
  expect(apacheAnswer(directives, '/etc/apache2', 'a.example', '192.0.2.10')?.outcome).toMatchObject(
    expected,
  );
});
