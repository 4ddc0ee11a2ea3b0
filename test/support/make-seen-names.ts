import type {
  DnsAnswer,
  NameLook,
  SeenCa,
  SeenNames,
  Walk,
  WalkEnd,
} from '../../src/doctor/names/seen-names.ts';
import type { HeldPort, PortHolder } from '../../src/host/held-ports.ts';
import { makeTarget } from './make-observed.ts';

/** The one public address of the host of these tests, and another one. */
export const here = '9.9.9.10';
export const here6 = '2620:fe::10';
export const elsewhere = '8.8.4.4';

export const now = Date.parse('2026-11-28T12:00:00Z');

export const noRecord: DnsAnswer<string> = { kind: 'none', why: 'no-record' };

export function found(first: string, ...others: string[]): DnsAnswer<string> {
  return { kind: 'found', values: [first, ...others] };
}

/** A walk for `a.example` that ends at once, with 404 unless it is said. */
export function makeWalk(end: WalkEnd = { kind: 'answer', status: 404 }, change: Partial<Walk> = {}): Walk {
  return {
    address: here,
    later: [],
    urls: ['http://a.example/.well-known/acme-challenge/x'],
    end,
    ...change,
  };
}

/** A name as it should be: IPv4 alone, a web server that has no such file, no CAA record. */
export function makeLook(change: Partial<NameLook> = {}): NameLook {
  return {
    ipv4: found(here),
    ipv6: noRecord,
    walks4: [makeWalk()],
    walks6: [],
    caa: { kind: 'none' },
    ...change,
  };
}

/** Let’s Encrypt, with an account. */
export function makeCa(change: Partial<SeenCa> = {}): SeenCa {
  return {
    name: 'main',
    caa: { identities: ['letsencrypt.org'], obeysParameters: true },
    account: { kind: 'registered', url: 'https://ca.test/account/1' },
    port: 80,
    ...change,
  };
}

export function makeHolder(change: Partial<PortHolder> = {}): PortHolder {
  return { program: 'nginx', pid: 812, unit: 'nginx.service', argv: ['nginx: master process'], ...change };
}

/** A socket on every IPv4 address and port 80, nginx’s unless it is said. */
export function makeHeld(change: Partial<HeldPort> = {}): HeldPort {
  return { address: '0.0.0.0', port: 80, holders: [makeHolder()], ...change };
}

/** A host with one public address, an nginx on port 80 and the certificate `a.example`, as it should be. */
export function makeSeenNames(change: Partial<SeenNames> = {}): SeenNames {
  return {
    targets: [makeTarget()],
    cas: new Map([['main', makeCa()]]),
    ports: { held: [makeHeld()], sockets: null, isRoot: true },
    ownAddresses: ['127.0.0.1', here, '::1'],
    cloud: null,
    validations: new Map(),
    now,
    names: new Map([['a.example', makeLook()]]),
    ...change,
  };
}
