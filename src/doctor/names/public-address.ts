import { BlockList } from 'node:net';
import { isIpv6 } from '../../core/text/listen-address.ts';

/**
 * The blocks that are not reachable from everywhere (IANA IPv4 and IPv6 Special-Purpose Address Registries), and
 * multicast. A CA connects to none of them.
 */
const ipv4Blocks = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];
const ipv6Blocks = ['100::/64', '2001:2::/48', '2001:db8::/32', '3fff::/20', '5f00::/16'];
/** Teredo and 6to4: who is meant is an IPv4 address inside, which may be any. */
const tunnels = ['2001::/32', '2002::/16'];

const special = blockList([...ipv4Blocks, ...ipv6Blocks, ...tunnels]);
/** All that was given out so far (RFC 4291 §2.4). */
const globalIpv6 = blockList(['2000::/3']);

/** Whether an IP address is one that a CA of the internet could connect to. */
export function isPublicAddress(address: string): boolean {
  if (!isIpv6(address)) return !special.check(address, 'ipv4');
  return globalIpv6.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** Whether it means whoever asks. */
export function isLoopback(address: string): boolean {
  return isIpv6(address) ? address === '::1' : address.startsWith('127.');
}

function blockList(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [network = '', bits] = block.split('/');
    list.addSubnet(network, Number(bits), isIpv6(network) ? 'ipv6' : 'ipv4');
  }
  return list;
}
