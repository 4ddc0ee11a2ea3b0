import { isIpv6 } from '../../core/text/listen-address.ts';
import { isLoopback, isPublicAddress } from '../names/public-address.ts';
import type { DnsAnswer } from '../names/seen-names.ts';

/** What the name servers say of a name; null where nobody asked them. */
export type NameAddresses = {
  readonly ipv4: DnsAnswer<string> | null;
  readonly ipv6: DnsAnswer<string> | null;
};

/**
 * Where a request for a name comes in: at one of these addresses of the host. `0.0.0.0` stands for any. `isSure`: a CA
 * does come by this way, as far as name servers tell.
 */
export type Arrival = { readonly at: readonly [string, ...string[]]; readonly isSure: boolean };

/**
 * The ways to this host that the addresses of a name may mean. One that is not the host’s own is of a NAT or a load balancer
 * before it, and leads to any address but the inner ones. Without an answer of the name servers both families are
 * possible: IPv4, which every CA has, and IPv6 where the host has a public address.
 */
export function arrivals({ ipv4, ipv6 }: NameAddresses, own: readonly string[]): readonly Arrival[] {
  const outer = own.filter(address => !isLoopback(address) && !isLinkLocal(address));
  const outer4 = outer.filter(address => !isIpv6(address));
  const outer6 = outer.filter(isIpv6);
  const led = [ipv4, ipv6].flatMap(answer => (answer?.kind === 'found' ? answer.values : []));
  const known = led.flatMap(address => {
    if (own.includes(address) || isLoopback(address)) return way([address], true);
    // Whoever stands before a host without IPv6 comes by IPv4.
    return way(isIpv6(address) && outer6.length > 0 ? outer6 : outer4, true);
  });
  const isNowhere = ipv4?.kind === 'none' && ipv6?.kind === 'none';
  const isOpen = (answer: DnsAnswer<string> | null) =>
    isNowhere || answer === null || answer.kind === 'failed';
  const public6 = outer6.filter(isPublicAddress);
  const isOnly6 = outer4.length === 0 && public6.length > 0;
  return [
    ...known,
    ...(isOpen(ipv4) && !isOnly6 ? way(outer4, true) : []),
    ...(isOpen(ipv6) && public6.length > 0 ? way(public6, isOnly6 && known.length === 0) : []),
  ];
}

function way([first = '0.0.0.0', ...others]: readonly string[], isSure: boolean): readonly Arrival[] {
  return [{ at: [first, ...others], isSure }];
}

function isLinkLocal(address: string): boolean {
  return /^(?:169\.254\.|fe[89ab])/.test(address);
}
