import { describe, expect, it } from 'vitest';
import type { Target } from '../../../src/core/model.ts';
import { ipv6Findings } from '../../../src/doctor/names/ipv6-findings.ts';
import type { NameLook, WalkEnd } from '../../../src/doctor/names/seen-names.ts';
import { elsewhere, found, here, here6, makeWalk, noRecord } from '../../support/make-seen-names.ts';
import {
  behind,
  day,
  type Host,
  refused,
  say,
  standalone,
  timedOut,
  validatedAt,
} from '../../support/say-of-names.ts';

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
