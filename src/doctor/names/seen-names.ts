import type { Instant } from '../../core/instant.ts';
import type { Target, Validation } from '../../core/model.ts';
import type { SeenPorts } from '../ports/seen-ports.ts';
import type { CaaRecord } from './caa.ts';

/** What the name servers say. `failed`: in what way they said nothing, in words. */
export type DnsAnswer<Value> =
  | { readonly kind: 'found'; readonly values: readonly [Value, ...Value[]] }
  /** `no-name`: NXDOMAIN, the name itself does not exist. */
  | { readonly kind: 'none'; readonly why: 'no-name' | 'no-record' }
  | { readonly kind: 'failed'; readonly why: 'SERVFAIL' | 'silence' | 'refusal' };

/** How a request for a challenge that nobody has set ended. */
export type WalkEnd =
  | { readonly kind: 'answer'; readonly status: number }
  /** No connection; `code` as connect(2) has it, ETIMEDOUT where nothing came back. */
  | { readonly kind: 'no-connection'; readonly code: string }
  /** A connection, and no HTTP over it. */
  | { readonly kind: 'no-answer'; readonly code: string }
  /** A redirect that CAs do not follow, and why, in words. */
  | { readonly kind: 'bad-redirect'; readonly why: string }
  /** A host that is none of the configuration, at an address inside: not asked. */
  | { readonly kind: 'inner-host'; readonly host: string; readonly address: string }
  | { readonly kind: 'no-host'; readonly host: string; readonly answer: DnsAnswer<string> }
  | { readonly kind: 'loop' }
  | { readonly kind: 'too-long' };

/** `urls`: all that were asked, the challenge itself first. `address`: of the first connection, `later`: of those after it. */
export type Walk = {
  readonly address: string;
  readonly later: readonly string[];
  readonly urls: readonly [string, ...string[]];
  readonly end: WalkEnd;
};

/** Of the name itself, or of the first one above it that has records (RFC 8659 §3). */
export type CaaLook =
  | { readonly kind: 'found'; readonly at: string; readonly records: readonly CaaRecord[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly at: string; readonly why: string };

/** All that was seen of one name or IP address that a certificate is for. */
export type NameLook = {
  /** An IP address has itself. */
  readonly ipv4: DnsAnswer<string>;
  readonly ipv6: DnsAnswer<string>;
  /** One from each address, of four at most of each family. */
  readonly walks4: readonly Walk[];
  readonly walks6: readonly Walk[];
  /** Null of an IP address, for which nobody asks. */
  readonly caa: CaaLook | null;
};

/** What is known here of a CA. */
export type SeenCa = {
  readonly name: string;
  /** Null of a CA that is not built in: what CAA records call it, and who may be its clients, is known to itself. */
  readonly caa: {
    readonly identities: readonly [string, ...string[]];
    readonly obeysParameters: boolean;
  } | null;
  readonly account:
    | { readonly kind: 'registered'; readonly url: string }
    | { readonly kind: 'none' | 'unreadable' };
  /** The port that it validates on. */
  readonly port: number;
};

/** By which addresses the cloud reaches this host, and whether it does by no other IPv4 address. */
export type CloudAddresses = { readonly addresses: readonly string[]; readonly isAllIpv4: boolean };

/** All that was seen of the names, for the findings to follow from. */
export type SeenNames = {
  readonly targets: readonly Target[];
  readonly cas: ReadonlyMap<string, SeenCa>;
  readonly ports: SeenPorts;
  /** Addresses of this host’s interfaces. */
  readonly ownAddresses: readonly string[];
  /** Null where there is no cloud, or it does not say. */
  readonly cloud: CloudAddresses | null;
  /** By domain: the last one after which no attempt has failed (`core/validated.ts`). */
  readonly validations: ReadonlyMap<string, Validation>;
  readonly now: Instant;
  /** By domain, null where there was no time for it; null where nobody was to look. */
  readonly names: ReadonlyMap<string, NameLook | null> | null;
};
