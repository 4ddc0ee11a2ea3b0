import { describe, expect, it } from 'vitest';
import { nginxConfiguration } from '../../../src/doctor/nginx/nginx-dump.ts';
import { nginxSites } from '../../../src/doctor/nginx/nginx-sites.ts';

/** What `nginx -T` prints of these files, the main one first. */
function dump(files: Readonly<Record<string, string>>): string {
  return Object.entries(files)
    .map(([path, text]) => `# configuration file ${path}:\n${text}\n`)
    .join('\n');
}

function sitesOf(files: Readonly<Record<string, string>> | string) {
  const all = typeof files === 'string' ? { '/etc/nginx/nginx.conf': files } : files;
  const { directives, prefix } = nginxConfiguration(dump(all));
  return nginxSites(directives, prefix);
}

const pair = 'ssl_certificate /c.pem; ssl_certificate_key /k.pem;';
const site = (words: string) => sitesOf(`http { server { ${pair} ${words} } }`)[0];

describe('the sites of nginx', () => {
  it('a site has its place, all its names, its ports and its certificate', () => {
    const text = `http {
  server {
    listen 443 ssl default_server;
    listen [::]:443 ssl;
    server_name A.example www.a.example;
    server_name *.b.example [2001:DB8::1];
    ${pair}
  }
}`;
    expect(sitesOf(text)).toEqual([
      {
        server: 'nginx',
        place: '/etc/nginx/nginx.conf:2',
        names: ['a.example', 'www.a.example', '*.b.example', '2001:db8::1'],
        listens: [
          { address: null, port: 443, proxyProtocol: false },
          { address: '::', port: 443, proxyProtocol: false },
        ],
        certificates: [{ certificate: '/c.pem', key: '/k.pem', chain: null }],
      },
    ]);
  });

  it.each([
    ['443 ssl', [null, 443]],
    ['*:443 ssl', [null, 443]],
    ['0.0.0.0:443 ssl', [null, 443]],
    ['127.0.0.1:8443 ssl', ['127.0.0.1', 8443]],
    ['[::1]:8443 ssl http2', ['::1', 8443]],
    ['[2001:db8::1] ssl', ['2001:db8::1', 80]],
    ['localhost:8443 ssl', ['localhost', 8443]],
    ['localhost ssl', ['localhost', 80]],
  ])('listen %s', (words, [address, port]) => {
    expect(site(`listen ${words};`)?.listens).toEqual([{ address, port, proxyProtocol: false }]);
  });

  it('QUIC, Unix sockets and ports without TLS are nothing to connect to', () => {
    const listens = site(
      'listen 80; listen unix:/x ssl; listen 443 quic reuseport; listen 444 ssl;',
    )?.listens;
    expect(listens?.map(({ port }) => port)).toEqual([444]);
  });

  it('a server that speaks QUIC alone has no TLS port, even where another one has that number', () => {
    const text = `http { server { listen 443 quic; ${pair} } server { listen 443 ssl; server_name b; ${pair} } }`;
    expect(sitesOf(text).map(({ names }) => names)).toEqual([['b']]);
  });

  it('what one server says of an address holds for all that share it, as for ssl and proxy_protocol', () => {
    const text = `http { server { listen 443 ssl proxy_protocol; ${pair} } server { listen *:443; ${pair} } }`;
    expect(sitesOf(text).map(({ listens }) => listens)).toEqual([
      [{ address: null, port: 443, proxyProtocol: true }],
      [{ address: null, port: 443, proxyProtocol: true }],
    ]);
  });

  it('ssl on, of old versions, makes all ports of a server TLS', () => {
    expect(site('ssl on; listen 443;')?.listens).toHaveLength(1);
    expect(
      sitesOf(`http { ssl on; server { listen 443; ${pair} } server { ssl off; listen 444; ${pair} } }`),
    ).toHaveLength(1);
  });

  it('two certificates, RSA beside ECDSA, have each its own key', () => {
    const words = 'ssl_certificate /rsa.pem; ssl_certificate_key /rsa.key; listen 443 ssl;';
    expect(site(words)?.certificates.map(({ certificate, key }) => [certificate, key])).toEqual([
      ['/c.pem', '/k.pem'],
      ['/rsa.pem', '/rsa.key'],
    ]);
  });

  it('a certificate of the http block is that of the servers without one of their own', () => {
    const text = `http { ${pair} server { listen 443 ssl; } server { listen 443 ssl; ssl_certificate /own.pem; ssl_certificate_key /own.key; } }`;
    expect(sitesOf(text).map(({ certificates }) => certificates.map(each => each.certificate))).toEqual([
      ['/c.pem'],
      ['/own.pem'],
    ]);
  });

  it('stream and mail have sites, too', () => {
    const text = `stream { server { listen 853 ssl; ${pair} } } mail { server { listen 993 ssl; ${pair} } }`;
    expect(sitesOf(text).map(({ listens }) => listens[0]?.port)).toEqual([853, 993]);
  });

  it('relative paths begin at the directory of the main file, wherever they stand; what is no path stays', () => {
    const files = {
      '/etc/nginx/nginx.conf': 'http { include sites/*; }',
      '/etc/nginx/sites/a':
        'server { listen 443 ssl; ssl_certificate tls/a.pem; ssl_certificate_key engine:x:y; }',
      '/etc/nginx/sites/b': 'server { listen 443 ssl; ssl_certificate $x.pem; ssl_certificate_key data:$k; }',
    };
    expect(sitesOf(files).map(({ certificates: [each] }) => [each?.certificate, each?.key])).toEqual([
      ['/etc/nginx/tls/a.pem', 'engine:x:y'],
      ['$x.pem', 'data:$k'],
    ]);
  });

  it('include takes the files that its pattern names, in their order, and no hidden ones', () => {
    const server = (name: string) => `server { listen 443 ssl; server_name ${name}; ${pair} }`;
    const files = {
      '/etc/nginx/nginx.conf': 'http { include /etc/nginx/conf.d/*.conf; include sites/one; }',
      '/etc/nginx/conf.d/b.conf': server('b'),
      '/etc/nginx/conf.d/a.conf': server('a'),
      '/etc/nginx/conf.d/c.conf.off': server('c'),
      '/etc/nginx/conf.d/.d.conf': server('d'),
      '/etc/nginx/sites/one': server('one'),
    };
    const sites = sitesOf(files);
    expect(sites.map(({ names }) => names[0])).toEqual(['a', 'b', 'one']);
    expect(sites[0]?.place).toBe('/etc/nginx/conf.d/a.conf:1');
  });

  it('files that include each other end', () => {
    expect(sitesOf({ '/a': 'include /b;', '/b': 'include /a;' })).toEqual([]);
  });

  it('a server without a certificate, which refuses handshakes, is no site', () => {
    expect(sitesOf('http { server { listen 443 ssl; ssl_reject_handshake on; } }')).toEqual([]);
  });
});
