import type { CaaRecord } from '../../src/doctor/names/caa.ts';
import type { HeadOrCode, NameTools } from '../../src/doctor/names/name-tools.ts';
import type { DnsAnswer } from '../../src/doctor/names/seen-names.ts';

type Zone = {
  readonly ipv4?: Readonly<Record<string, DnsAnswer<string>>>;
  readonly ipv6?: Readonly<Record<string, DnsAnswer<string>>>;
  readonly caa?: Readonly<Record<string, DnsAnswer<CaaRecord>>>;
  /** By `address port`; what is not there is a connection. */
  readonly refused?: Readonly<Record<string, string>>;
  /** By URL, the token left out; a number is a status, a text a redirect. */
  readonly answers?: Readonly<Record<string, number | string | HeadOrCode>>;
};

/** A network of which everything is written down: a name that is not there does not exist, an answer that is not there is a mistake. */
export function makeNameTools(zone: Zone): NameTools & { readonly asked: string[] } {
  const asked: string[] = [];
  const answer = <Value>(
    kind: string,
    name: string,
    all: Readonly<Record<string, DnsAnswer<Value>>> = {},
  ) => {
    asked.push(`${kind} ${name}`);
    return Promise.resolve(all[name] ?? ({ kind: 'none', why: 'no-name' } as const));
  };
  return {
    asked,
    ipv4: name => answer('A', name, zone.ipv4),
    ipv6: name => answer('AAAA', name, zone.ipv6),
    caa: name => answer('CAA', name, zone.caa),
    connect: async (address, port) => {
      asked.push(`connect ${address} ${port}`);
      return zone.refused?.[`${address} ${port}`] ?? null;
    },
    get: async (url, address) => {
      const short = url.href.replace(/TOKEN$/, '…');
      asked.push(`GET ${short} at ${address}`);
      const known = zone.answers?.[short];
      if (known === undefined) throw new Error(`nobody expected a request for ${url.href}`);
      if (typeof known === 'number') return { status: known, location: null };
      return typeof known === 'string' ? { status: 302, location: known } : known;
    },
    newToken: () => 'TOKEN',
  };
}
