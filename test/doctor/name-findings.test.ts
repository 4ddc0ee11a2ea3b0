import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/core/model.ts';
import { addressFindings } from '../../src/doctor/address-findings.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { ipv6Findings } from '../../src/doctor/ipv6-findings.ts';
import { pathFindings } from '../../src/doctor/path-findings.ts';
import type { NameLook, SeenNames, WalkEnd } from '../../src/doctor/seen-names.ts';
import { makeTarget } from '../support/make-observed.ts';
import {
  elsewhere,
  found,
  here,
  here6,
  makeCa,
  makeLook,
  makeSeenNames,
  makeWalk,
  noRecord,
  now,
} from '../support/make-seen-names.ts';

type Host = Partial<SeenNames> & { readonly target?: Parameters<typeof makeTarget>[0] };

/** Status and message for `a.example`, seen like this. */
function say(
  findings: (host: SeenNames) => readonly Finding[],
  look: Partial<NameLook> | null,
  { target = {}, ...host }: Host = {},
): readonly string[] {
  const names = new Map([['a.example', look === null ? null : makeLook(look)]]);
  return findings(makeSeenNames({ targets: [makeTarget(target)], names, ...host })).map(
    ({ status, message }) => `${status} ${message}`,
  );
}

const refused: WalkEnd = { kind: 'no-connection', code: 'ECONNREFUSED' };
const timedOut: WalkEnd = { kind: 'no-connection', code: 'ETIMEDOUT' };
const standalone: Target['challenge'] = { kind: 'standalone', listen: [{ address: '0.0.0.0', port: 80 }] };
const privateCa = new Map([['main', makeCa({ caa: null })]]);
const noPublic = ['127.0.0.1', '10.0.0.5'];

describe('the addresses of a name', () => {
  const addresses = (look: Partial<NameLook> | null, host?: Host) => say(addressFindings, look, host);

  it('are ok where they are those of this host, or those that its cloud gives it', () => {
    expect(addresses({})).toEqual(['ok leads to this host, 9.9.9.10']);
    expect(
      addresses(
        { ipv4: found(elsewhere) },
        { ownAddresses: noPublic, cloud: { addresses: [elsewhere], isAllIpv4: true } },
      ),
    ).toEqual(['ok leads to this host, 8.8.4.4']);
  });

  it('are a warning where they are others’, alone or beside its own', () => {
    expect(addresses({ ipv4: found(elsewhere) })).toEqual([
      'warning leads to 8.8.4.4; this host has 9.9.9.10',
    ]);
    expect(addresses({ ipv6: found('2620:fe::99') })).toEqual([
      'warning leads to this host, 9.9.9.10, and also to 2620:fe::99',
    ]);
  });

  it('are unknown where this host has none that the internet sees, or the cloud says so', () => {
    const nobody =
      'unknown leads to 8.8.4.4; whether that is this host cannot be told, for it has no public address of its own';
    expect(addresses({ ipv4: found(elsewhere) }, { ownAddresses: noPublic })).toEqual([nobody]);
    const cloud = { addresses: [], isAllIpv4: true };
    expect(addresses({ ipv4: found(elsewhere) }, { ownAddresses: noPublic, cloud })).toEqual([nobody]);
  });

  it('of IPv4 are unknown behind NAT, whatever IPv6 addresses this host has', () => {
    const ownAddresses = [...noPublic, here6];
    expect(addresses({ ipv4: found(elsewhere) }, { ownAddresses })).toEqual([
      'unknown leads to 8.8.4.4; whether that is this host cannot be told, for it has no public IPv4 address of its own',
    ]);
    expect(addresses({ ipv4: found(elsewhere), ipv6: found(here6) }, { ownAddresses })).toEqual([
      'unknown leads to this host, 2620:fe::10, and also to 8.8.4.4; whether that is this host cannot be told, for it has no public IPv4 address of its own',
    ]);
    expect(addresses({ ipv4: noRecord, ipv6: found('2620:fe::99') }, { ownAddresses })).toEqual([
      'warning leads to 2620:fe::99; this host has 2620:fe::10',
    ]);
  });

  it('of IPv4 are unknown where the cloud does not say all of them', () => {
    const cloud = { addresses: [here, here6], isAllIpv4: false };
    const host = { ownAddresses: noPublic, cloud };
    expect(addresses({}, host)).toEqual(['ok leads to this host, 9.9.9.10']);
    expect(addresses({ ipv4: found(elsewhere) }, host)).toEqual([
      'unknown leads to 8.8.4.4; whether that is this host cannot be told, for its cloud does not say all of its addresses',
    ]);
    expect(addresses({ ipv4: noRecord, ipv6: found('2620:fe::99') }, host)).toEqual([
      'warning leads to 2620:fe::99; this host has 9.9.9.10, 2620:fe::10',
    ]);
  });

  it('are unknown where a CA of the internet cannot mean them: it may be told others', () => {
    const own = { ipv4: found('10.0.0.5') };
    expect(addresses(own, { ownAddresses: noPublic })[0]).toMatch(
      /^unknown the name servers of this host say 10\.0\.0\.5/,
    );
    expect(addresses(own, { ownAddresses: noPublic, cas: privateCa })).toEqual([
      'ok leads to this host, 10.0.0.5',
    ]);
    expect(addresses({ ipv4: found('127.0.1.1') }, { cas: privateCa })[0]).toMatch(/^unknown /);
  });

  it('are critical where the name does not exist or has none', () => {
    const nothing = { kind: 'none', why: 'no-name' } as const;
    expect(addresses({ ipv4: nothing, ipv6: nothing })).toEqual([
      'critical does not exist in DNS (NXDOMAIN)',
    ]);
    expect(addresses({ ipv4: noRecord, ipv6: noRecord })).toEqual(['critical has neither A nor AAAA record']);
  });

  it.each([
    ['SERVFAIL', 'warning its addresses are not known: SERVFAIL, and a CA that gets the same refuses'],
    ['silence', 'unknown its addresses are not known: the name servers are silent'],
    ['refusal', 'unknown its addresses are not known: the name servers refuse'],
  ] as const)('are not known after %s', (why, line) => {
    const failed = { kind: 'failed', why } as const;
    expect(addresses({ ipv4: failed, ipv6: failed })).toEqual([line]);
    expect(addresses({ ipv4: failed, ipv6: noRecord })).toEqual([line]);
  });

  it('are a warning where half of the answer is missing', () => {
    const [line] = addresses({ ipv6: { kind: 'failed', why: 'SERVFAIL' } });
    expect(line).toMatch(/^warning leads to 9\.9\.9\.10, but the name servers do not say whether to more/);
  });

  it('are unknown where there was no time, and nobody says a word of a name that was not to be looked at', () => {
    expect(addresses(null)).toEqual(['unknown there was no time left for it']);
    expect(say(addressFindings, {}, { names: null })).toEqual([]);
  });

  it('of several names are said together where they are the same, with the names before them', () => {
    const names = new Map([
      ['a.example', makeLook()],
      ['b.example', makeLook({ ipv4: found(elsewhere) })],
      ['c.example', makeLook()],
    ]);
    const targets = [makeTarget({ domains: ['a.example', 'b.example', 'c.example'] })];
    expect(addressFindings(makeSeenNames({ names, targets })).map(({ message }) => message)).toEqual([
      'a.example, c.example: leads to this host, 9.9.9.10',
      'b.example: leads to 8.8.4.4; this host has 9.9.9.10',
    ]);
  });
});

/** Behind a cloud’s gateway: what is asked at a public address leaves this host and comes back. */
const behind = { ownAddresses: noPublic, cloud: { addresses: [here, here6], isAllIpv4: true } };
const validatedAt = (ago: number) => ({
  validations: new Map([['a.example', { domain: 'a.example', ca: 'letsencrypt', at: now - ago }]]),
});
const day = 86_400_000;

describe('the IPv6 address of a name', () => {
  const six = (end?: WalkEnd, urls?: readonly [string, ...string[]]) => ({
    ipv6: found(here6),
    walks6: [makeWalk(end, { address: here6, ...(urls === undefined ? {} : { urls }) })],
  });
  const ipv6 = (look: Partial<NameLook>, host: Host = behind) => say(ipv6Findings, look, host);
  const onInterface = { ownAddresses: [here, here6] };
  const reset: WalkEnd = { kind: 'no-answer', code: 'ECONNRESET' };

  it('is ok where it answers as IPv4 does, seen from outside', () => {
    expect(ipv6(six())).toEqual(['ok answers by IPv6 as by IPv4']);
    // Somebody else’s: the request went over the internet.
    expect(ipv6(six(), { ownAddresses: [here] })).toEqual(['ok answers by IPv6 as by IPv4']);
  });

  it('is unknown on an interface of this host: what is asked there never leaves it', () => {
    const inside = [
      'unknown answers by IPv6 as by IPv4, but the request to 2620:fe::10 never left this host: whether firewalls and security groups let IPv6 in cannot be seen',
    ];
    expect(ipv6(six(), onInterface)).toEqual(inside);
    expect(ipv6(six(), { ownAddresses: [here6], cloud: behind.cloud })).toEqual(inside);
    const away = { ipv6: found('2620:fe::99'), walks6: [makeWalk(undefined, { address: '2620:fe::99' })] };
    const back = { ...away, walks6: [{ ...away.walks6[0], later: [here6] }] } as Partial<NameLook>;
    expect(ipv6(away, onInterface)).toEqual(['ok answers by IPv6 as by IPv4']);
    expect(ipv6(back, onInterface)[0]).toMatch(/^unknown /);
  });

  it('is nothing to speak of there once a CA has validated the name, which may have been by IPv4', () => {
    expect(ipv6(six(), { ...onInterface, ...validatedAt(29 * day) })).toEqual([]);
    expect(ipv6(six(), { ...onInterface, ...validatedAt(31 * day) })[0]).toMatch(/^unknown /);
    expect(ipv6(six(timedOut), { ...onInterface, ...validatedAt(day) })[0]).toMatch(/^warning /);
  });

  it.each([refused, timedOut])('is a warning where nobody answers and by IPv4 somebody does: %j', end => {
    expect(ipv6(six(end))[0]).toMatch(/^warning nobody answers at its IPv6 address 2620:fe::10 \(E/);
  });

  it('is a warning where something else answers', () => {
    expect(ipv6(six({ kind: 'answer', status: 200 }))).toEqual([
      'warning answers otherwise by IPv6 (2620:fe::10: HTTP 200) than by IPv4 (9.9.9.10: HTTP 404), and a CA takes IPv6',
    ]);
    const redirected = six(undefined, ['http://a.example/x', 'https://b.example/y']);
    expect(ipv6(redirected)[0]).toContain('HTTP 404 of https://b.example)');
    expect(ipv6(six(reset))[0]).toContain('(2620:fe::10: no answer, ECONNRESET)');
  });

  it('is judged for each of several', () => {
    const walks6 = [makeWalk(undefined, { address: here6 }), makeWalk(timedOut, { address: '2620:fe::11' })];
    expect(ipv6({ ...six(), walks6 })).toEqual([
      'ok answers by IPv6 as by IPv4',
      'warning nobody answers at its IPv6 address 2620:fe::11 (ETIMEDOUT), and by IPv4 somebody does; Let’s Encrypt tries IPv6 first and goes on by IPv4 only where nothing comes back at all',
    ]);
    const both = walks6.map(walk => ({ ...walk, end: { kind: 'answer', status: 404 } as const }));
    expect(ipv6({ ...six(), walks6: both })).toEqual(['ok answers by IPv6 as by IPv4']);
  });

  it('is held against each of several IPv4 addresses', () => {
    const broken = makeWalk({ kind: 'answer', status: 503 }, { address: elsewhere });
    expect(ipv6({ ...six(), walks4: [broken, makeWalk()] })).toEqual(['ok answers by IPv6 as by IPv4']);
    expect(ipv6({ ...six({ kind: 'answer', status: 200 }), walks4: [makeWalk(), broken] })[0]).toContain(
      'than by IPv4 (9.9.9.10: HTTP 404, 8.8.4.4: HTTP 503)',
    );
    expect(ipv6({ ...six(timedOut), walks4: [makeWalk(refused), broken] })[0]).toMatch(/^warning nobody/);
  });

  it.each(['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'])(
    'is unknown on a host without IPv6 (%s)',
    code => {
      expect(ipv6(six({ kind: 'no-connection', code }))[0]).toMatch(/^unknown /);
    },
  );

  it('is nothing to speak of without one, without IPv4, or where neither answers', () => {
    expect(ipv6({})).toEqual([]);
    expect(ipv6({ ...six(), ipv4: noRecord, walks4: [] })).toEqual([]);
    expect(ipv6({ ...six(refused), walks4: [makeWalk(refused)] })).toEqual([]);
    expect(ipv6({ ...six(reset), walks4: [makeWalk(reset)] })).toEqual([]);
    expect(ipv6({ ...six({ kind: 'loop' }), walks4: [makeWalk({ kind: 'loop' })] })).toEqual([]);
  });

  it('is a warning where certd itself is to answer by IPv4 alone', () => {
    const host = { ...onInterface, target: { challenge: standalone } };
    const closed = { ...six(refused), walks4: [makeWalk(refused)] };
    expect(ipv6(closed, host)[0]).toMatch(/^warning has the IPv6 address 2620:fe::10 of this host/);
    const both: Target['challenge'] = { kind: 'standalone', listen: [{ address: '::', port: 80 }] };
    expect(ipv6(closed, { ...host, target: { challenge: both } })).toEqual([]);
    expect(ipv6(closed, { ownAddresses: [here], target: { challenge: standalone } })).toEqual([]);
  });
});

describe('the path of a challenge', () => {
  const path = (end: WalkEnd, host: Host = behind, urls?: readonly [string, ...string[]]) =>
    say(pathFindings, { walks4: [makeWalk(end, urls === undefined ? {} : { urls })] }, host);
  const answer = (status: number, host: Host = behind, urls?: readonly [string, ...string[]]) =>
    path({ kind: 'answer', status }, host, urls);

  it.each([404, 410])('ends well at a web server with %d', status => {
    expect(answer(status)).toEqual([`ok HTTP ${status}, as it is to be for a challenge that nobody has set`]);
  });

  it.each([
    [401, 'critical HTTP 401: a CA is not let in'],
    [403, 'critical HTTP 403: a CA is not let in'],
    [500, 'critical HTTP 500'],
    [503, 'critical HTTP 503'],
    [200, 'unknown HTTP 200 for a challenge that nobody has set, where 404 was expected'],
    [421, 'warning HTTP 421 for a challenge that nobody has set, where 404 was expected'],
    [302, 'warning HTTP 302 for a challenge that nobody has set, where 404 was expected'],
  ])('does not with %d', (status, line) => {
    expect(answer(status)).toEqual([line]);
  });

  it('may lead over redirects, to names of the configuration', () => {
    expect(answer(404, behind, ['http://a.example/x', 'https://a.example/x'])[0]).toMatch(
      /^ok HTTP 404 after a redirect to https:\/\/a\.example, as/,
    );
    expect(answer(404, behind, ['http://a.example/x', 'https://a.example/x', 'https://b.example/x'])).toEqual(
      [
        'warning HTTP 404 after 2 redirects to https://b.example: a challenge is looked for at b.example, which is no name of certd’s',
      ],
    );
  });

  it.each([
    [{ kind: 'loop' }, 'critical redirects in a circle'],
    [{ kind: 'too-long' }, 'critical more than 10 redirects'],
    [{ kind: 'bad-redirect', why: 'to port 8080' }, 'critical a redirect to port 8080'],
    [
      { kind: 'no-host', host: 'b.example', answer: noRecord },
      'critical a redirect to b.example, which has no address',
    ],
    [
      { kind: 'no-host', host: 'b.example', answer: { kind: 'failed', why: 'silence' } },
      'unknown a redirect to b.example, which has no address',
    ],
    [
      { kind: 'inner-host', host: 'b.example', address: '10.0.0.1' },
      'unknown a redirect to b.example, which has the inner address 10.0.0.1',
    ],
    [{ kind: 'no-answer', code: 'ECONNRESET' }, 'warning no answer, ECONNRESET'],
  ] as const)('%j is said', (end, line) => {
    expect(path(end)).toEqual([line]);
  });

  it('without a connection is critical where this host itself has refused it, and less where that may be so from here alone', () => {
    expect(path(refused, {})).toEqual(['critical nobody answers at 9.9.9.10:80 (ECONNREFUSED)']);
    expect(path(timedOut, {})).toEqual(['warning nobody answers at 9.9.9.10:80 (ETIMEDOUT)']);
    expect(path(refused)[0]).toMatch(/^warning /);
    expect(path(timedOut, { ownAddresses: noPublic })).toEqual([
      'unknown nobody answers at 9.9.9.10:80 (ETIMEDOUT), which may be so from this host alone',
    ]);
    expect(path(refused, {}, ['http://a.example/x', 'https://a.example/x'])).toEqual([
      'warning nobody answers after a redirect to https://a.example (ECONNREFUSED)',
    ]);
  });

  it('to a listener of certd’s own is closed now, and what else answers proves nothing', () => {
    const own = { ...behind, target: { challenge: standalone } };
    expect(path(refused, own)).toEqual(['ok nobody listens now, and certd does while a CA validates']);
    expect(path(refused, { ...own, ownAddresses: [here] })).toEqual([
      'unknown nobody listens now, and certd does while a CA validates, but that request never left this host: whether firewalls and security groups let a CA in cannot be seen',
    ]);
    expect(path(timedOut, own)[0]).toMatch(/^warning nobody answers at/);
    expect(answer(404, own)[0]).toMatch(/^unknown HTTP 404, though certd does not listen now/);
    expect(answer(503, own)[0]).toMatch(/^unknown /);
    expect(answer(403, own)[0]).toMatch(/^critical /);
  });

  it('to a socket of systemd’s is one to a web server, that says 404', () => {
    const passed = { ...behind, target: { challenge: { kind: 'systemd-socket' } } } as const;
    expect(answer(404, passed)[0]).toMatch(/^ok /);
    expect(path(refused, { ...passed, ownAddresses: [here] })[0]).toMatch(/^critical /);
  });

  it('is that by IPv6, unless there is no connection', () => {
    const walk6 = makeWalk({ kind: 'answer', status: 503 }, { address: here6 });
    expect(say(pathFindings, { walks6: [walk6] }, behind)).toEqual(['critical HTTP 503']);
    expect(say(pathFindings, { walks6: [{ ...walk6, end: timedOut }] }, behind)[0]).toMatch(/^ok HTTP 404/);
    expect(say(pathFindings, { walks4: [], walks6: [{ ...walk6, end: refused }] })).toEqual([
      'unknown nobody answers at [2620:fe::10]:80 (ECONNREFUSED), which may be so from this host alone',
    ]);
  });

  it('is said once where all addresses lead to the same, and else for each: a CA takes any of them', () => {
    const two = (end: WalkEnd) => [makeWalk(), makeWalk(end, { address: elsewhere })];
    const host = { ownAddresses: noPublic, cloud: { addresses: [here, elsewhere], isAllIpv4: true } };
    expect(say(pathFindings, { walks4: two({ kind: 'answer', status: 404 }) }, host)).toHaveLength(1);
    expect(say(pathFindings, { walks4: two({ kind: 'answer', status: 503 }) }, host)).toEqual([
      'ok from 9.9.9.10: HTTP 404, as it is to be for a challenge that nobody has set',
      'critical from 8.8.4.4: HTTP 503',
    ]);
    const walks6 = [makeWalk(refused, { address: here6 }), makeWalk(undefined, { address: '2620:fe::20' })];
    expect(say(pathFindings, { walks6 })[0]).toMatch(/^unknown from 2620:fe::10: nobody answers/);
  });

  it('is not proven by a request that never left this host, at any redirect', () => {
    const inside =
      'unknown HTTP 404, as it is to be for a challenge that nobody has set, but that request never left this host: whether firewalls and security groups let a CA in cannot be seen';
    expect(answer(404, {})).toEqual([inside]);
    const mixed = { ownAddresses: [here6], cloud: behind.cloud };
    expect(answer(404, mixed)[0]).toMatch(/^ok /);
    expect(say(pathFindings, { walks4: [makeWalk(undefined, { later: [here6] })] }, mixed)).toEqual([inside]);
  });

  it('is not proven by who is not known to be this host, and standalone least of all', () => {
    const behindNat = { ownAddresses: noPublic };
    expect(answer(404, behindNat)).toEqual([
      'unknown HTTP 404, as it is to be for a challenge that nobody has set, but who answers is not known to be this host: whether a challenge gets here from there cannot be seen',
    ]);
    const later = [elsewhere];
    expect(say(pathFindings, { walks4: [makeWalk(undefined, { later })] }, behind)[0]).toMatch(
      /^unknown HTTP 404, .* who answers is not known to be this host/,
    );
    expect(path(refused, { ...behindNat, target: { challenge: standalone } })).toEqual([
      'unknown nobody answers at 9.9.9.10:80 (ECONNREFUSED), which may be so from this host alone',
    ]);
  });

  it('is proven by a CA that has validated the name in the last 30 days', () => {
    const fine = 'HTTP 404, as it is to be for a challenge that nobody has set';
    expect(answer(404, validatedAt(12 * day))).toEqual([`ok ${fine}; letsencrypt has validated it 12d ago`]);
    expect(answer(404, { ownAddresses: noPublic, ...validatedAt(30 * day) })[0]).toMatch(/^ok /);
    const both = { walks6: [makeWalk(undefined, { address: here6 })] };
    expect(say(pathFindings, both, { ownAddresses: [here, here6], ...validatedAt(day) })).toEqual([
      `ok ${fine}; letsencrypt has validated it 1d ago, by IPv6 or by IPv4`,
    ]);
    expect(path(refused, { ...validatedAt(day), target: { challenge: standalone } })).toEqual([
      'ok nobody listens now, and certd does while a CA validates; letsencrypt has validated it 1d ago',
    ]);
    expect(answer(404, validatedAt(30 * day + 1))).toEqual([
      `unknown ${fine}, but that request never left this host: whether firewalls and security groups let a CA in cannot be seen; letsencrypt has validated it 30d ago, which proves no more`,
    ]);
    expect(answer(404, validatedAt(-60_000))[0]).toMatch(/^ok /);
    expect(answer(404, validatedAt(-60_001))[0]).toMatch(/^unknown /);
    const other = { domain: 'b.example', ca: 'letsencrypt', at: now };
    expect(answer(404, { validations: new Map([['b.example', other]]) })[0]).toMatch(/^unknown /);
    expect(answer(503, validatedAt(day))).toEqual(['critical HTTP 503']);
  });

  it('is nothing to speak of without an address', () => {
    expect(say(pathFindings, { walks4: [] })).toEqual([]);
    expect(say(pathFindings, null)).toEqual([]);
  });
});
