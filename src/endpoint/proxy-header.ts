import { isIPv6 } from 'node:net';
import { octetsOf } from '../x509/ip-octets.ts';

/** Both ends of a connection, as `net.Socket` has them. */
export type Ends = {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
};

/** Haproxy's proxy-protocol.txt, §2.2: what every header of version 2 begins with. */
const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');

/**
 * What a load balancer says first of the client that it speaks for, which here is certd itself (PROXY protocol,
 * §2.1 and §2.2).
 */
export function proxyHeader(version: 'v1' | 'v2', ends: Ends): Uint8Array {
  const source = bare(ends.localAddress);
  const destination = bare(ends.remoteAddress);
  const { localPort = 0, remotePort = 0 } = ends;
  const ipv6 = isIPv6(source);
  if (version === 'v1') {
    const family = ipv6 ? 'TCP6' : 'TCP4';
    return Buffer.from(`PROXY ${family} ${source} ${destination} ${localPort} ${remotePort}\r\n`, 'latin1');
  }
  const addresses = Buffer.concat([
    octetsOf(source),
    octetsOf(destination),
    portOctets(localPort),
    portOctets(remotePort),
  ]);
  const head = Buffer.alloc(4);
  head.writeUInt8(0x21, 0); // version 2, PROXY
  head.writeUInt8(ipv6 ? 0x21 : 0x11, 1); // TCP over IPv6 or IPv4
  head.writeUInt16BE(addresses.length, 2);
  return Buffer.concat([signature, head, addresses]);
}

/** Without the zone of a link-local address, which means nothing to the other side. */
function bare(address = '0.0.0.0'): string {
  return address.split('%')[0] ?? address;
}

function portOctets(port: number): Uint8Array {
  const octets = Buffer.alloc(2);
  octets.writeUInt16BE(port);
  return octets;
}
