import { describe, expect, it } from 'vitest';
import { pathFindings } from '../../../src/doctor/host/path-findings.ts';
import type { WalkEnd } from '../../../src/doctor/names/seen-names.ts';
import { elsewhere, here, here6, makeWalk, noRecord, now } from '../../support/make-seen-names.ts';
import {
  behind,
  day,
  type Host,
  noPublic,
  refused,
  say,
  standalone,
  timedOut,
  validatedAt,
} from '../../support/say-of-names.ts';

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
