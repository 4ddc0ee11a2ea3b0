import { describe, expect, it } from 'vitest';
import { apacheConfiguration } from '../../../src/doctor/apache/apache-configuration.ts';
import { apacheDirectives } from '../../../src/doctor/apache/apache-directives.ts';
import { apacheDump, filesBelow } from '../../../src/doctor/apache/apache-dump.ts';
import { apacheSites } from '../../../src/doctor/apache/apache-sites.ts';

/** As Apache 2.4.71 prints it. */
const printed = `Included configuration files:
  (*) /etc/apache2/apache2.conf
    (2) /etc/apache2/sites/a.conf
      (4) /etc/apache2/tls.inc
    (2) /etc/apache2/sites/b.conf
ServerRoot: "/etc/apache2"
Main DocumentRoot: "/var/www/html"
Define: DUMP_INCLUDES
Define: CERTS=/srv/certs
Define: PLAIN
User: name="www-data" id=33
Loaded Modules:
 core_module (static)
 ssl_module (shared)
 mpm_event_module (shared)
`;

const flat = (text: string) =>
  apacheDirectives(text, 'f').map(({ name, args, line, endLine, block }) => ({
    words: [name, ...args].join('|'),
    lines: `${line}-${endLine}`,
    inside: block?.length ?? null,
  }));

function configurationOf(texts: Readonly<Record<string, string>>) {
  const dump = apacheDump(printed);
  if (dump === null) throw new Error('no dump');
  return apacheConfiguration(dump, new Map(Object.entries(texts)));
}

const sitesOf = (main: string) =>
  apacheSites(configurationOf({ '/etc/apache2/apache2.conf': main }), '/etc/apache2');
const pair = 'SSLEngine on\nSSLCertificateFile /c.pem\nSSLCertificateKeyFile /k.pem';
const host = (where: string, inside = '', listen = 'Listen 443') =>
  sitesOf(`${listen}\n<VirtualHost ${where}>\n${pair}\n${inside}\n</VirtualHost>`)[0];

describe('the configuration of Apache is taken apart as Apache does it', () => {
  it.each([
    ['names as they come', 'ServerNAME A.example', 'servername|A.example'],
    ['quotes of both kinds', `A "b c" 'd "e"'`, 'a|b c|d "e"'],
    ['a backslash in quotes', String.raw`A "b \"c\" \\ \d"`, String.raw`a|b "c" \ \d`],
    ['tabs and CRLF', '\tA\tb\r', 'a|b'],
  ])('%s', (_, text, words) => {
    expect(flat(text)[0]?.words).toBe(words);
  });

  it('a line goes on behind a backslash, comments too, and Apache counts by the last one', () => {
    expect(flat('A \\\n  b\n# c \\\nD e\nF g')).toEqual([
      { words: 'a|b', lines: '1-2', inside: null },
      { words: 'f|g', lines: '5-5', inside: null },
    ]);
  });

  it('sections hold what stands in them', () => {
    expect(flat('<VirtualHost *:443 [::1]:443>\nA b\n<If "x > 1">\nC\n</If>\n</VirtualHost>\nD')).toEqual([
      { words: 'virtualhost|*:443|[::1]:443', lines: '1-1', inside: 2 },
      { words: 'd', lines: '7-7', inside: null },
    ]);
  });

  it.each(['</VirtualHost>', '<VirtualHost', 'A "b', 'A \\', ''])(
    'what Apache would refuse ends, too: %j',
    text => {
      expect(Array.isArray(flat(text))).toBe(true);
    },
  );
});

describe('what Apache prints of its configuration', () => {
  it('are the files by the lines that include them, variables and modules', () => {
    const dump = apacheDump(printed);
    expect(dump?.main).toEqual({
      path: '/etc/apache2/apache2.conf',
      line: 0,
      included: [
        {
          path: '/etc/apache2/sites/a.conf',
          line: 2,
          included: [{ path: '/etc/apache2/tls.inc', line: 4, included: [] }],
        },
        { path: '/etc/apache2/sites/b.conf', line: 2, included: [] },
      ],
    });
    expect(dump?.serverRoot).toBe('/etc/apache2');
    expect([...(dump?.defines ?? [])]).toEqual([
      ['CERTS', '/srv/certs'],
      ['PLAIN', ''],
    ]);
    expect(dump?.modules.has('ssl_module')).toBe(true);
    expect(dump && filesBelow(dump.main)).toHaveLength(4);
    expect(apacheDump('Syntax OK')).toBeNull();
  });

  it('puts each file where it is included', () => {
    const words = configurationOf({
      '/etc/apache2/apache2.conf': 'A\nInclude sites/*.conf\nZ',
      '/etc/apache2/sites/a.conf': '<VirtualHost *:443>\nB\nInclude \\\n  tls.inc\n</VirtualHost>',
      '/etc/apache2/tls.inc': 'C',
      '/etc/apache2/sites/b.conf': 'D',
    }).map(({ name, block }) => [name, ...(block ?? []).map(each => each.name)].join(' '));
    expect(words).toEqual(['a', 'virtualhost b c', 'd', 'z']);
  });
});

describe('what holds of the conditions', () => {
  const names = (text: string) =>
    configurationOf({ '/etc/apache2/apache2.conf': text }).map(({ name }) => name);
  it.each([
    ['ssl_module', ['a']],
    ['mod_ssl.c', ['a']],
    ['event.c', ['a']],
    ['!mod_ssl.c', []],
    ['mod_gnutls.c', []],
    ['!mod_gnutls.c', ['a']],
  ])('<IfModule %s>', (module, expected) => {
    expect(names(`<IfModule ${module}>\nA\n</IfModule>`)).toEqual(expected);
  });

  it('<IfDefine> by what was defined before', () => {
    expect(names('<IfDefine PLAIN>\nA\n</IfDefine>\n<IfDefine !PLAIN>\nB\n</IfDefine>')).toEqual(['a']);
    expect(names('UnDefine PLAIN\n<IfDefine PLAIN>\nA\n</IfDefine>')).toEqual(['undefine']);
  });

  it('variables are filled in, and stay where nobody knows them', () => {
    const text = 'Define X y\nA $' + '{CERTS}/$' + '{X}.pem $' + '{NOBODY}';
    expect(configurationOf({ '/etc/apache2/apache2.conf': text })[1]?.args).toEqual([
      '/srv/certs/y.pem',
      '$' + '{NOBODY}',
    ]);
  });
});

describe('the sites of Apache', () => {
  it('a virtual host has its place, all its names, its ports and its certificate', () => {
    const names =
      'ServerName https://A.example:443\nServerAlias www.a.example *.a.example\nServerAlias [2001:db8::1]';
    expect(host('*:443', names)).toEqual({
      server: 'apache',
      place: '/etc/apache2/apache2.conf:2',
      names: ['a.example', 'www.a.example', '*.a.example', '2001:db8::1'],
      listens: [{ address: null, port: 443, proxyProtocol: false }],
      certificates: [{ certificate: '/c.pem', key: '/k.pem', chain: null }],
    });
  });

  it.each([
    ['_default_:443', 'Listen 443', ['null 443']],
    [
      '*:443',
      'Listen 192.0.2.1:443\nListen [2001:db8::1]:443 https\nListen 80',
      ['192.0.2.1 443', '2001:db8::1 443'],
    ],
    ['*:443', 'Listen [::]:443', ['null 443']],
    ['*', 'Listen 80\nListen 443\nListen 8443', ['null 443', 'null 8443']],
    ['192.0.2.1:443 [::1]:8443', 'Listen 443', ['192.0.2.1 443', '::1 8443']],
    ['a.example:443', 'Listen 443', ['a.example 443']],
  ])('<VirtualHost %s> with %j', (where, listen, expected) => {
    expect(host(where, '', listen)?.listens.map(({ address, port }) => `${address} ${port}`)).toEqual(
      expected,
    );
  });

  it('one without TLS is no site, and what stands outside of all holds for each', () => {
    expect(sitesOf(`Listen 443\n<VirtualHost *:443>\nSSLCertificateFile /c.pem\n</VirtualHost>`)).toEqual([]);
    expect(
      sitesOf(
        `Listen 443\n${pair}\n<VirtualHost *:443>\n</VirtualHost>\n<VirtualHost *:443>\nSSLEngine off\n</VirtualHost>`,
      ),
    ).toHaveLength(1);
  });

  it('chain, further certificates, relative paths and the PROXY protocol', () => {
    const more =
      'SSLCertificateFile tls/rsa.pem\nSSLCertificateKeyFile tls/rsa.key\nSSLCertificateChainFile tls/chain.pem\nRemoteIPProxyProtocol On';
    const site = host('*:443', more);
    expect(site?.certificates).toEqual([
      { certificate: '/c.pem', key: '/k.pem', chain: '/etc/apache2/tls/chain.pem' },
      {
        certificate: '/etc/apache2/tls/rsa.pem',
        key: '/etc/apache2/tls/rsa.key',
        chain: '/etc/apache2/tls/chain.pem',
      },
    ]);
    expect(site?.listens[0]?.proxyProtocol).toBe(true);
  });
});
