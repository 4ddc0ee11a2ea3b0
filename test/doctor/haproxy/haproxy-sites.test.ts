import { describe, expect, it } from 'vitest';
import { haproxyConfiguration } from '../../../src/doctor/haproxy/haproxy-binds.ts';
import { haproxyLines } from '../../../src/doctor/haproxy/haproxy-lines.ts';
import { type HaproxyFiles, haproxySites, haproxyWants } from '../../../src/doctor/haproxy/haproxy-sites.ts';

const wordsOf = (text: string) => haproxyLines(text, 'f').map(({ words }) => words.join('|'));
const nothing: HaproxyFiles = { directories: new Map(), crtLists: new Map() };
const read = (text: string) => haproxyConfiguration(haproxyLines(text, '/h.cfg'));
const sitesOf = (text: string, files: Partial<HaproxyFiles> = {}) =>
  haproxySites(read(text), { ...nothing, ...files });
const bind = (words: string) => sitesOf(`frontend f\n bind ${words}\n`);
const certificates = (...of: Parameters<typeof sitesOf>) =>
  sitesOf(...of).map(({ certificates: [one] }) => one?.certificate);

describe('the configuration of HAProxy is taken apart as HAProxy does it', () => {
  it.each([
    ['a comment anywhere outside of quotes', 'a b#c\n# d\n"e#f" g', ['a|b', 'e#f|g']],
    ['escapes outside of quotes', String.raw`a b\ c\#d\\e\"f`, [String.raw`a|b c#d\e"f`]],
    ['weak quotes', String.raw`a "b \"c\" d"`, ['a|b "c" d']],
    ['strong quotes', String.raw`a 'b "c" \d'`, [String.raw`a|b "c" \d`]],
    ['quotes within a word', `a b'c d'"e"f`, ['a|bc def']],
    ['an empty word', `a "" b`, ['a||b']],
    ['a variable, which only the server knows', 'a "$' + '{DIR}/x"', ['a|$' + '{DIR}/x']],
    ['CRLF and tabs', '\ta\tb\r\n', ['a|b']],
  ])('%s', (_, text, expected) => {
    expect(wordsOf(text)).toEqual(expected);
  });
});

describe('the sites of HAProxy', () => {
  it('a bind line is one for each of its certificates, and lists nothing by name', () => {
    expect(bind('*:443 ssl crt /a.pem crt /b.pem alpn h2')).toEqual(
      ['/a.pem', '/b.pem'].map(certificate => ({
        server: 'haproxy',
        place: '/h.cfg:2',
        names: [],
        listens: [{ address: null, port: 443, proxyProtocol: false }],
        certificates: [{ certificate, key: null, chain: null }],
      })),
    );
  });

  it.each([
    [':443', ['null 443']],
    ['0.0.0.0:443', ['null 443']],
    [':::443', [':: 443']],
    ['[::]:443', [':: 443']],
    ['ipv6@:443', [':: 443']],
    ['ipv4@192.0.2.1:443', ['192.0.2.1 443']],
    ['2001:db8::1:443', ['2001:db8::1 443']],
    ['10.0.0.1:443,10.0.0.2:8000-8100', ['10.0.0.1 443', '10.0.0.2 8000']],
    ['quic4@:443', []],
    ['unix@/run/x.sock', []],
    ['/run/x:1', []],
    ['fd@3', []],
  ])('bind %s', (where, expected) => {
    const [site] = bind(`${where} ssl crt /a.pem`);
    expect(site?.listens.map(({ address, port }) => `${address} ${port}`)).toEqual(expected);
  });

  it('knows ssl and accept-proxy as words of their own only', () => {
    expect(bind(':80 name ssl crt /a.pem')).toEqual([]);
    expect(bind(':443 accept-proxy ssl crt /a.pem')[0]?.listens[0]?.proxyProtocol).toBe(true);
  });

  it('takes bind lines of frontend and listen, and of nothing else', () => {
    const line = 'bind :443 ssl crt /a.pem';
    expect(
      sitesOf(`listen l\n${line}\nbackend b\n${line}\npeers p\n${line}\nfrontend f\n${line}`).map(
        ({ place }) => place,
      ),
    ).toEqual(['/h.cfg:2', '/h.cfg:8']);
  });

  it('crt-base stands before what is no absolute path', () => {
    expect(
      certificates('global\ncrt-base /etc/tls/\nfrontend f\nbind :443 ssl crt a.pem crt /b.pem'),
    ).toEqual(['/etc/tls/a.pem', '/b.pem']);
  });

  it('a directory is each of its files but those with a meaning of their own', () => {
    const directories = new Map([
      ['/tls', ['.hidden', 'a.pem', 'a.pem.key', 'a.pem.ocsp', 'b.pem', 'b.pem.issuer', 'c.pem.sctl']],
    ]);
    const text = 'frontend f\nbind :443 ssl crt /tls';
    expect(haproxyWants(read(text)).directories).toEqual(['/tls']);
    expect(certificates(text, { directories })).toEqual(['/tls/a.pem', '/tls/b.pem']);
  });

  it('a crt-list has certificates with options and names', () => {
    const list =
      '# c\n/a.pem\n/b.pem [alpn h2 verify none] B.example *.c.example !d.c.example\n/c.pem [ocsp-update on]\n/d.pem d.example\n';
    const sites = sitesOf('frontend f\nbind :443 ssl crt-list /l', { crtLists: new Map([['/l', list]]) });
    expect(sites.map(({ place, names, certificates: [one] }) => [place, one?.certificate, ...names])).toEqual(
      [
        ['/l:2', '/a.pem'],
        ['/l:3', '/b.pem', 'b.example', '*.c.example'],
        ['/l:4', '/c.pem'],
        ['/l:5', '/d.pem', 'd.example'],
      ],
    );
  });

  it('a crt-store has certificate and key apart', () => {
    const text = `global
crt-base /base
crt-store web
  crt-base /live/a
  key-base /keys
  load crt fullchain.pem key privkey.pem alias a
  load crt /b.pem
frontend f
  bind :443 ssl crt "@web/a" crt @web//b.pem`;
    expect(sitesOf(text).map(({ certificates: [one] }) => [one?.certificate, one?.key])).toEqual([
      ['/live/a/fullchain.pem', '/keys/privkey.pem'],
      ['/b.pem', null],
    ]);
  });

  it('says where it has a condition', () => {
    expect(read('.if version_atleast(3.0)\nfrontend f\n.endif').conditional).toBe('/h.cfg:1');
  });
});
