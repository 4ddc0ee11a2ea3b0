import { BlockList, isIPv4 } from 'node:net';
import { isAddress } from '../core/text/ip-address.ts';
import { casOf, isPublic } from './check-authorities.ts';
import type { Entry, Located } from './entries.ts';
import type { Source } from './parse.ts';
import { profileOf } from './profile.ts';
import { at } from './schema-findings.ts';
import { profileChoice } from './schema-profile.ts';

/** Addresses that a public CA will refuse at each attempt: not public themselves, or not of the profile for them. */
export function addressDoubts(main: Source, entries: readonly Entry[]): Located[] {
  return entries.flatMap(entry => {
    const cas = casOf(main, entry).filter(ca => isPublic(main, ca));
    const addresses = entry.domains.flatMap((domain, index) =>
      domain !== null && isAddress(domain) ? [{ domain, index }] : [],
    );
    const [first] = addresses;
    const [publicCa] = cas;
    if (first === undefined || publicCa === undefined) return [];
    const doubt = (index: number, message: string): Located => {
      const path = [...entry.path, 'domains', index];
      return { source: entry.source, finding: { code: 'config-doubtful', path, onKey: false, message } };
    };
    const special = addresses.flatMap(({ domain, index }) => {
      const kind = specialKind(domain);
      if (kind === null) return [];
      return [doubt(index, `${domain} is ${kind}: a public CA such as ${publicCa} does not issue for it`)];
    });
    if (special.length > 0) return special;
    return cas
      .filter(ca => lacksProfile(main, entry, ca))
      .map(ca => doubt(first.index, `${ca} ${onlyShortlived}`));
  });
}

const onlyShortlived =
  'issues for addresses only with the profile `shortlived` (six days): write `profile: shortlived`';

/** letsencrypt.org/docs/profiles: the one profile with IP addresses. */
function lacksProfile(main: Source, { raw }: Entry, ca: string): boolean {
  if (ca !== 'letsencrypt' && ca !== 'letsencrypt-staging') return false;
  const places = [
    at(raw, ['profile']),
    at(main.data, ['defaults', 'profile']),
    at(main.data, ['cas', ca, 'profile']),
  ];
  const written = places.map(place => profileChoice.safeParse(place).data);
  return profileOf(ca, written)?.name !== 'shortlived';
}

/** What an address is, where it is not one of the public internet's; null where it is. */
function specialKind(address: string): string | null {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  return kinds.find(({ list }) => list.check(address, family))?.what ?? null;
}

/** The registries of special-purpose addresses (RFC 6890, iana.org), what is globally reachable left out, and multicast. */
const kinds: readonly { readonly what: string; readonly list: BlockList }[] = [
  blocks('an unspecified address', '0.0.0.0/8', '::/128'),
  blocks('a loopback address', '127.0.0.0/8', '::1/128'),
  blocks('a link-local address', '169.254.0.0/16', 'fe80::/10'),
  blocks('a private address', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10'),
  blocks('an address shared behind a carrier’s NAT', '100.64.0.0/10'),
  blocks(
    'an address for documentation',
    '192.0.2.0/24',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '2001:db8::/32',
    '3fff::/20',
  ),
  blocks('a multicast address', '224.0.0.0/4', 'ff00::/8'),
  blocks(
    'a reserved address',
    '192.0.0.0/24',
    '192.88.99.0/24',
    '198.18.0.0/15',
    '240.0.0.0/4',
    '64:ff9b::/96',
    '64:ff9b:1::/48',
    '100::/64',
    '2001::/23',
    '2002::/16',
    '5f00::/16',
  ),
];

function blocks(what: string, ...networks: readonly string[]) {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/');
    list.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return { what, list };
}
