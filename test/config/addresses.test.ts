import { describe, expect, it, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { decodeConfig } from '../../src/config/decode.ts';

const account = 'account: { agree_tos: true }\n';

function decode(text: string) {
  return decodeConfig([{ file: 'c.yaml', text: account + text }]);
}

function configOf(text: string): Config {
  const decoded = decode(text);
  if ('problems' in decoded) throw new Error(JSON.stringify(decoded.problems, null, 1));
  return decoded.config;
}

function problemsOf(text: string): string[] {
  const decoded = decode(text);
  if ('config' in decoded) return [];
  return decoded.problems.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);
}

function doubtsOf(text: string): string[] {
  return configOf(text).warnings.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

/** Certificates from line 2 on, one a line; the first domain begins at column 17. */
function certificates(...domains: readonly string[]): string {
  const items = domains.map(list => `  - { domains: [${list}], challenge: { webroot: /w } }\n`);
  return `certificates:\n${items.join('')}`;
}

test('a certificate for addresses is named after the first, with dashes for colons', () => {
  const { certificates: targets } = configOf(
    certificates('192.0.2.1', '[2001:DB8::1]', '"::1"', "'::'", 'a.example, 2001:db8::1')
      // YAML reads brackets of its own, so those of an address are in quotes.
      .replace('[2001:DB8::1]', '"[2001:DB8::1]"'),
  );
  expect(targets.map(({ name, domains }) => [name, domains])).toEqual([
    ['192.0.2.1', ['192.0.2.1']],
    ['2001-db8--1', ['2001:db8::1']],
    ['0--1', ['::1']],
    ['0--', ['::']],
    ['a.example', ['a.example', '2001:db8::1']],
  ]);
});

test('an address needs no quotes', () => {
  expect(configOf(certificates('::1', '2001:db8::1')).certificates.map(({ domains }) => domains)).toEqual([
    ['::1'],
    ['2001:db8::1'],
  ]);
});

test('one address in two forms stands in the list twice', () => {
  expect(problemsOf(certificates('"2001:db8::1", "2001:db8:0::1"'))).toEqual([
    '3:32 config-invalid 2001:db8::1 stands in this list already (item 1)',
  ]);
});

test('a name made of an address can be taken', () => {
  expect(problemsOf(certificates('2001-db8--1.example', '"2001:db8::1"', '"2001:db8:0::1"'))).toEqual([
    '5:17 config-name-taken the name 2001-db8--1 is taken by the certificate at c.yaml:4; add `name: 2001-db8--1-2` or the like',
  ]);
});

test('a network is refused where it stands', () => {
  expect(problemsOf(certificates('a.example, "2001:db8::/64"'))).toEqual([
    '3:28 config-invalid item 2 of `domains`: 2001:db8::/64 is a network: a certificate names addresses one by one',
  ]);
});

describe('an address that no public CA issues for is a doubt at one', () => {
  const doubt = (what: string) => [`3:17 ${what}: a public CA such as letsencrypt does not issue for it`];

  it.each([
    ['0.0.0.0', '0.0.0.0 is an unspecified address'],
    ['127.0.0.1', '127.0.0.1 is a loopback address'],
    ['10.1.2.3', '10.1.2.3 is a private address'],
    ['172.31.255.255', '172.31.255.255 is a private address'],
    ['192.168.0.1', '192.168.0.1 is a private address'],
    ['169.254.169.254', '169.254.169.254 is a link-local address'],
    ['100.64.0.1', '100.64.0.1 is an address shared behind a carrier’s NAT'],
    ['192.0.2.1', '192.0.2.1 is an address for documentation'],
    ['224.0.0.1', '224.0.0.1 is a multicast address'],
    ['255.255.255.255', '255.255.255.255 is a reserved address'],
    ['"::"', ':: is an unspecified address'],
    ['"::1"', '::1 is a loopback address'],
    ['"fe80::1"', 'fe80::1 is a link-local address'],
    ['"fd00::1"', 'fd00::1 is a private address'],
    ['"2001:db8::1"', '2001:db8::1 is an address for documentation'],
    ['"ff02::1"', 'ff02::1 is a multicast address'],
    ['"2002:102:304::1"', '2002:102:304::1 is a reserved address'],
  ])('%s', (address, what) => {
    expect(doubtsOf(certificates(address))).toEqual(doubt(what));
  });

  it.each([
    '1.1.1.1',
    '172.32.0.1',
    '100.128.0.1',
    '"2606:4700:4700::1111"',
    '"2a00:1450::1"',
    '"2001:200::1"',
  ])('and %s is none', address => {
    const profile = 'defaults: { profile: shortlived }\n';
    expect(doubtsOf(certificates(address) + profile)).toEqual([]);
  });

  it('but not at a CA of one’s own', () => {
    const corp = 'cas: { corp: { directory: "https://ca.example/dir" } }\nca: corp\n';
    expect(doubtsOf(corp + certificates('127.0.0.1, "::1"'))).toEqual([]);
    const moved = 'cas: { letsencrypt: { directory: "https://ca.example/dir" } }\n';
    expect(doubtsOf(moved + certificates('127.0.0.1'))).toEqual([]);
  });
});

test('names that a private network alone has are doubted at a public CA, and not at another', () => {
  expect(doubtsOf(certificates('a.example, ip-10-0-0-5.ec2.internal', 'nas.local', 'b.home.arpa'))).toEqual([
    '3:28 ip-10-0-0-5.ec2.internal: names in .internal are private, and a public CA such as letsencrypt does not issue for them',
    '4:17 nas.local: names in .local are private, and a public CA such as letsencrypt does not issue for them',
    '5:17 b.home.arpa: names in .home.arpa are private, and a public CA such as letsencrypt does not issue for them',
  ]);
  const own = `ca: corp\ncas: { corp: { directory: "https://ca.internal/dir" } }\n${certificates('nas.local')}`;
  expect(doubtsOf(own)).toEqual([]);
  expect(doubtsOf(certificates('internal.example, local.example'))).toEqual([]);
});
