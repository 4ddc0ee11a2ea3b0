import { describe, expect, it } from 'vitest';
import { addressFindings } from '../../../src/doctor/names/address-findings.ts';
import type { NameLook } from '../../../src/doctor/names/seen-names.ts';
import { makeTarget } from '../../support/make-observed.ts';
import {
  elsewhere,
  found,
  here,
  here6,
  makeLook,
  makeSeenNames,
  noRecord,
} from '../../support/make-seen-names.ts';
import { type Host, noPublic, privateCa, say } from '../../support/say-of-names.ts';

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
