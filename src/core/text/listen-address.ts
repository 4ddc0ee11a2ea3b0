/** Where a TCP server listens: an IP address in its shortest form, and a port. */
export type ListenAddress = { readonly address: string; readonly port: number };

/** As people write it: `0.0.0.0:80`, `[::]:80`. Two addresses are one where their texts are. */
export function listenText({ address, port }: ListenAddress): string {
  return isIpv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Tells the two kinds of IP address apart; `address` must be one. */
export function isIpv6(address: string): boolean {
  return address.includes(':');
}

/** The one form of an IPv6 address that RFC 5952 recommends. `address` must be one. */
export function shortestIpv6(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

/** Whether bind(2) refuses the second while somebody listens on the first. IPv6 sockets are taken as IPv6 only. */
export function collide(one: ListenAddress, other: ListenAddress): boolean {
  if (one.port !== other.port || isIpv6(one.address) !== isIpv6(other.address)) return false;
  return one.address === other.address || isEveryAddress(one.address) || isEveryAddress(other.address);
}

/** Whether whoever listens there listens on every address of its kind; `address` in its shortest form. */
export function isEveryAddress(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}
