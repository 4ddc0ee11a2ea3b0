import { networkInterfaces } from 'node:os';
import { addressText } from '../../core/text/ip-address.ts';
import { isIpv6 } from '../../core/text/listen-address.ts';

/** The addresses of this host’s interfaces, IPv4 first. */
export function ownAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap(each => each ?? []);
  const addresses = all.flatMap(({ address }) => addressText(address.replace(/%.*$/, '')) ?? []).sort();
  return [...addresses.filter(address => !isIpv6(address)), ...addresses.filter(isIpv6)];
}
