import { CertdError } from '../core/errors.ts';
import { addressText } from '../core/text/ip-address.ts';
import { isIpv6 } from '../core/text/listen-address.ts';
import { findMetadata, type Metadata, type MetadataOptions } from './find-metadata.ts';

/** What the cloud says that the world reaches this instance by. */
export type PublicAddresses = {
  readonly cloud: string;
  /** Of all interfaces, each once, IPv4 first. Whether the world reaches the IPv6 ones is for the cloud’s gateway to say. */
  readonly addresses: readonly string[];
  /** Whether there can be no other IPv4 address. */
  readonly isAllIpv4: boolean;
};

/**
 * The public addresses of this instance by the metadata service of its cloud; null where none gives a token: outside a cloud,
 * in a container behind a bridge, or where it is switched off. Throws `metadata-refused` where one gives a token and then
 * an answer that cannot be used.
 */
export async function publicAddresses(options: MetadataOptions): Promise<PublicAddresses | null> {
  try {
    const metadata = await findMetadata(options);
    const [first, interfaces] = await Promise.all([publicIpv4(metadata), interfacesOf(metadata)]);
    const ipv4 = [...(first === null ? [] : [first]), ...interfaces.flatMap(each => each.ipv4)];
    const all = [...ipv4, ...interfaces.flatMap(each => each.ipv6)];
    const privates = interfaces.flatMap(each => each.privates);
    const { cloud, interfaceIpv4s } = metadata.service;
    return {
      cloud,
      addresses: [...new Set(all)],
      isAllIpv4: interfaceIpv4s !== null || (interfaces.length < 2 && privates.length < 2),
    };
  } catch (thrown) {
    if (thrown instanceof CertdError && thrown.code === 'metadata-unreachable') return null;
    throw thrown;
  }
}

/** Null where the instance has none. Throws `metadata-refused`. */
export async function publicIpv4({ service, item }: Metadata): Promise<string | null> {
  for (const name of service.ipv4Items) {
    const text = await item(name);
    if (text === null) continue;
    const address = addressText(text);
    if (address !== null && !isIpv6(address)) return address;
    throw unusable(service.cloud, name, text, 'is no IPv4 address');
  }
  return null;
}

type Kind = 'IPv4' | 'IPv6';

type Interface = {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  /** Asked for where public ones are not listed: each may have one in front of it. */
  readonly privates: readonly string[];
};

/** Of each network interface, as both clouds list them. Throws `metadata-refused`. */
async function interfacesOf(metadata: Metadata): Promise<readonly Interface[]> {
  const { interfaceIpv4s } = metadata.service;
  return Promise.all(
    (await macsOf(metadata)).map(async mac => {
      const list = (kind: Kind, name: string) => listOf(metadata, kind, `${macsItem}${mac}/${name}`);
      const [ipv4, ipv6, privates] = await Promise.all([
        interfaceIpv4s === null ? [] : list('IPv4', interfaceIpv4s),
        list('IPv6', 'ipv6s'),
        interfaceIpv4s === null ? list('IPv4', 'private-ipv4s') : [],
      ]);
      return { ipv4, ipv6, privates };
    }),
  );
}

const macsItem = 'network/interfaces/macs/';

/** Most have one or two, and the largest some dozens. What is more is refused: half a list would be worse than none. */
const mostInterfaces = 64;

async function macsOf({ service, item }: Metadata): Promise<readonly string[]> {
  const text = (await item(macsItem)) ?? '';
  const macs = text.split('\n').map(line => line.replace(/\/$/, ''));
  const isMac = (word: string) => /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(word);
  if (macs.every(isMac) && macs.length <= mostInterfaces) return [...new Set(macs)];
  throw unusable(service.cloud, macsItem, text, `is no list of up to ${mostInterfaces} MAC addresses`);
}

/** How the list is written differs: by lines, or in brackets, with or without quotes. */
async function listOf({ service, item }: Metadata, kind: Kind, name: string): Promise<readonly string[]> {
  const text = (await item(name)) ?? '';
  const words = text.split(/[\s,"[\]]+/).filter(word => word !== '');
  return words.map(word => {
    const address = addressText(word);
    if (address !== null && isIpv6(address) === (kind === 'IPv6')) return address;
    throw unusable(service.cloud, name, word, `is no ${kind} address`);
  });
}

function unusable(cloud: string, item: string, text: string, why: string): CertdError {
  const shown = JSON.stringify(text.slice(0, 60));
  return new CertdError(
    'metadata-refused',
    `the metadata service of ${cloud} answers for ${item} with ${shown}, which ${why}`,
  );
}
