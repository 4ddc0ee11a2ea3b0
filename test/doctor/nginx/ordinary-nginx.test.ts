import { expect, it } from 'vitest';
import { nginxWeb } from '../../../src/doctor/nginx/nginx-challenge.ts';
import { nginxDirectives } from '../../../src/doctor/nginx/nginx-directives.ts';
import { challengeUri } from '../../../src/doctor/sites/challenge-answer.ts';

const challenge = 'location ^~ /.well-known/acme-challenge/ { root /var/www/certd; }';

/** nginx.conf of Debian 12. */
const debian = (sites: string) => `
user www-data;
worker_processes auto;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log;
include /etc/nginx/modules-enabled/*.conf;
events { worker_connections 768; }
http {
  sendfile on; tcp_nopush on; types_hash_max_size 2048; server_tokens off;
  types { text/html html htm shtml; text/css css; }
  default_type application/octet-stream;
  ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers on;
  access_log /var/log/nginx/access.log;
  gzip on; gzip_vary on; gzip_proxied any; gzip_comp_level 6; gzip_buffers 16 8k; gzip_http_version 1.1;
  gzip_types text/plain text/css application/json application/javascript text/xml;
  ${sites}
}`;

/** nginx.conf of nginx.org, and of Amazon Linux 2023 and RHEL with their own server in it. */
const nginxOrg = (sites: string) => `
user nginx;
worker_processes auto;
error_log /var/log/nginx/error.log notice;
pid /run/nginx.pid;
events { worker_connections 1024; }
http {
  log_format main '$remote_addr - $remote_user [$time_local] "$request" $status "$http_x_forwarded_for"';
  access_log /var/log/nginx/access.log main;
  sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_timeout 65; types_hash_max_size 4096;
  types { text/html html; }
  default_type application/octet-stream;
  ${sites}
}`;

const amazon = `server {
  listen 80; listen [::]:80; server_name _; root /usr/share/nginx/html;
  error_page 404 /404.html; location = /404.html { }
  error_page 500 502 503 504 /50x.html; location = /50x.html { }
}`;

const site = (inside: string) => `server { listen 80; listen [::]:80; server_name a.example; ${inside} }`;

const wordpress = `
  root /var/www/html; index index.php; client_max_body_size 64m;
  location = /favicon.ico { log_not_found off; access_log off; }
  location = /robots.txt { allow all; log_not_found off; access_log off; }
  location / { try_files $uri $uri/ /index.php?$args; }
  location ~ \\.php$ { include fastcgi_params; fastcgi_intercept_errors on; fastcgi_pass php; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; }
  location ~* \\.(js|css|png|jpg|jpeg|gif|ico)$ { expires max; log_not_found off; }
  location ~* /(?:uploads|files)/.*\\.php$ { deny all; }`;

const proxy = `
  location / {
    proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade; proxy_read_timeout 300s; proxy_buffering off; proxy_cache zone;
  }`;

/** Of ssl-config.mozilla.org, whose server for port 80 redirects. */
const mozilla = `
  server { listen 443 ssl; listen [::]:443 ssl; http2 on; ssl_certificate /c; ssl_certificate_key /k;
    add_header Strict-Transport-Security "max-age=63072000" always; }
  ssl_protocols TLSv1.2 TLSv1.3; ssl_ecdh_curve X25519:prime256v1:secp384r1; ssl_ciphers X; ssl_prefer_server_ciphers off;
  ssl_session_timeout 1d; ssl_session_cache shared:MozSSL:10m; ssl_stapling on; ssl_stapling_verify on; resolver 127.0.0.1;`;

const upstreams = `
  upstream app { server 127.0.0.1:3000; keepalive 16; }
  upstream php { server unix:/run/php/php-fpm.sock; }
  map $http_upgrade $connection_upgrade { default upgrade; '' close; }
  geo $office { default 0; 192.0.2.0/24 1; }
  limit_req_zone $binary_remote_addr zone=one:10m rate=10r/s; limit_conn_zone $binary_remote_addr zone=c:10m;
  limit_req zone=one burst=20 nodelay; limit_conn c 20; limit_req_status 429; set_real_ip_from 10.0.0.0/8; real_ip_header X-Forwarded-For;
  proxy_cache_path /var/cache/nginx keys_zone=zone:10m; client_body_timeout 10s; client_header_timeout 10s; send_timeout 10s;
  open_file_cache max=1000; server_names_hash_bucket_size 128; large_client_header_buffers 4 16k; reset_timedout_connection on;`;

const headers = `
  add_header X-Frame-Options SAMEORIGIN always; add_header Content-Security-Policy "default-src 'self'" always; charset utf-8; etag on;`;

const file = { kind: 'file', path: `/var/www/certd${challengeUri}` };
const redirect = { kind: 'redirect', to: `https://a.example${challengeUri}` };

it.each([
  ['Debian', debian(site(challenge)), file],
  ['nginx.org', nginxOrg(site(challenge)), file],
  ['Amazon Linux', nginxOrg(amazon + site(challenge)), file],
  ['Debian, with WordPress', debian(upstreams + site(challenge + wordpress)), file],
  ['a reverse proxy with headers and limits', debian(upstreams + site(headers + challenge + proxy)), file],
  ['that proxy without a place for the CA', debian(upstreams + site(headers + proxy)), { kind: 'unclear' }],
  [
    'Mozilla’s generator, with the place before the redirect',
    nginxOrg(`${mozilla} ${site(`${challenge} location / { return 301 https://$host$request_uri; }`)}`),
    file,
  ],
  ['Mozilla’s generator', nginxOrg(`${mozilla} ${site('return 301 https://$host$request_uri;')}`), redirect],
  [
    'certbot',
    debian(site(`if ($host = a.example) { return 301 https://$host$request_uri; } return 404;`)),
    redirect,
  ],
  [
    'a site from h5bp, which hides files that begin with a dot',
    debian(site(`root /var/www/certd; ${headers} location ~* /\\.(?!well-known\\/) { deny all; }`)),
    file,
  ],
  [
    'status, logs and maintenance beside it',
    debian(
      site(
        `${challenge} set $x 1; location /status { stub_status; allow 127.0.0.1; deny all; } if ($x = 2) { return 503; } error_page 503 /m.html;`,
      ),
    ),
    { kind: 'unclear' },
  ],
])('an ordinary configuration, of %s, is judged', (_, text, expected) => {
  const answer = nginxWeb(nginxDirectives(text, '/n.conf')).answer('a.example', '192.0.2.10');
  expect(answer?.outcome).toMatchObject(expected);
});
