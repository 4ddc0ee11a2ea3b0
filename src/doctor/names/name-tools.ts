import { Resolver } from 'node:dns/promises';
import { connect, type LookupFunction } from 'node:net';
import { systemErrorOf } from '../../core/errors.ts';
import type { Millis } from '../../core/instant.ts';
import { addressText } from '../../core/text/ip-address.ts';
import { isIpv6 } from '../../core/text/listen-address.ts';
import { endOf } from '../../host/end-of.ts';
import { fetchOnce, reasonOf } from '../../host/http-get.ts';
import type { CaaRecord } from './caa.ts';
import type { DnsAnswer } from './seen-names.ts';

/** What a look at names needs of the network. None of it rejects, and each call is bounded in time. */
export type NameTools = {
  ipv4(name: string): Promise<DnsAnswer<string>>;
  ipv6(name: string): Promise<DnsAnswer<string>>;
  caa(name: string): Promise<DnsAnswer<CaaRecord>>;
  /** Null once connected, otherwise the code of the system; ETIMEDOUT where nothing came back. */
  connect(address: string, port: number): Promise<string | null>;
  /** One GET, connected to this very address. */
  get(url: URL, address: string): Promise<HeadOrCode>;
  /** A token that nobody has used; base64url. */
  newToken(): string;
};

export type HeadOrCode =
  | { readonly status: number; readonly location: string | null }
  | { readonly code: string };

/** What one question to the name servers takes at most, their silence included; a connection; and a request. */
const dnsMs: Millis = 8_000;
const connectMs: Millis = 4_000;
const requestMs: Millis = 8_000;

/**
 * The name servers of the system, or `servers`, asked directly, since no CA reads /etc/hosts, and plain connections. After
 * `limit` nothing is asked any more, and all that is open is given up.
 */
export function openNameTools(
  limit: AbortSignal,
  newToken: () => string,
  { servers }: { readonly servers?: readonly string[] } = {},
): NameTools {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  limit.addEventListener('abort', () => resolver.cancel(), { once: true });
  const within = (ms: Millis) => AbortSignal.any([limit, AbortSignal.timeout(ms)]);
  // Name servers change the order of what they say from one answer to the next.
  const addresses = (values: readonly string[]) => values.flatMap(value => addressText(value) ?? []).sort();
  const records = (found: readonly object[]) =>
    found.map(recordOf).sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
  return {
    ipv4: name => ask(async () => addresses(await resolver.resolve4(name)), within(dnsMs)),
    ipv6: name => ask(async () => addresses(await resolver.resolve6(name)), within(dnsMs)),
    caa: name => ask(async () => records(await resolver.resolveCaa(name)), within(dnsMs)),
    connect: (address, port) => dial(address, port, within(connectMs)),
    get: (url, address) => head(url, address, within(requestMs)),
    newToken,
  };
}

async function ask<Value>(
  question: () => Promise<readonly Value[]>,
  limit: AbortSignal,
): Promise<DnsAnswer<Value>> {
  try {
    const [first, ...others] = await Promise.race([endOf(limit), question()]);
    // Only a CNAME, to a name without.
    if (first === undefined) return { kind: 'none', why: 'no-record' };
    return { kind: 'found', values: [first, ...others] };
  } catch (thrown) {
    return limit.aborted ? { kind: 'failed', why: 'silence' } : failedAnswer(reasonOf(thrown));
  }
}

/** The codes of `node:dns`. */
function failedAnswer(code: string): DnsAnswer<never> {
  if (code === 'ENOTFOUND') return { kind: 'none', why: 'no-name' };
  if (code === 'ENODATA') return { kind: 'none', why: 'no-record' };
  if (code === 'ESERVFAIL') return { kind: 'failed', why: 'SERVFAIL' };
  return { kind: 'failed', why: code === 'ETIMEOUT' || code === 'ECANCELLED' ? 'silence' : 'refusal' };
}

/** `node:dns` has the flags as `critical`, and the tag as a key. */
function recordOf(record: object): CaaRecord {
  const fields = Object.entries(record).filter(([key]) => key !== 'critical' && key !== 'type');
  const flags = 'critical' in record ? Number(record.critical) : 0;
  const [tag, value] = fields[0] ?? ['type', ''];
  return { flags, tag, value: String(value) };
}

function textOf({ tag, value, flags }: CaaRecord): string {
  return `${tag} ${value} ${flags}`;
}

function dial(host: string, port: number, signal: AbortSignal): Promise<string | null> {
  if (signal.aborted) return Promise.resolve('ETIMEDOUT');
  return new Promise(resolve => {
    const socket = connect({ host, port, signal });
    const end = (code: string | null) => {
      socket.destroy();
      resolve(code);
    };
    socket.once('connect', () => end(null));
    socket.on('error', thrown =>
      end(signal.aborted ? 'ETIMEDOUT' : (systemErrorOf(thrown)?.code ?? reasonOf(thrown))),
    );
  });
}

async function head(url: URL, address: string, signal: AbortSignal): Promise<HeadOrCode> {
  try {
    const { status, location } = await Promise.race([
      endOf(signal),
      fetchOnce(url, { signal, lookup: lookupOf(address) }, 0),
    ]);
    return { status, location };
  } catch (thrown) {
    return { code: signal.aborted ? 'ETIMEDOUT' : reasonOf(thrown) };
  }
}

function lookupOf(address: string): LookupFunction {
  const family = isIpv6(address) ? 6 : 4;
  return (_, { all }, callback) =>
    all === true ? callback(null, [{ address, family }]) : callback(null, address, family);
}
