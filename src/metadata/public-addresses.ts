import { isIPv4, isIPv6 } from 'node:net';
import { CertdError } from '../core/errors.ts';
import { findMetadata, type Metadata, type MetadataOptions } from './find-metadata.ts';

/** What the cloud says that the world reaches this instance by. */
export type PublicAddresses = {
  readonly cloud: string;
  readonly ipv4: string | null;
  /** The first of the first network interface. Whether the world reaches it is for the cloud’s gateway to say. */
  readonly ipv6: string | null;
};

/**
 * The public addresses of this instance by the metadata service of its cloud; null where none gives a token: outside a cloud,
 * in a container behind a bridge, or where it is switched off. Throws `metadata-refused` where one gives a token and then
 * an answer that cannot be used.
 */
export async function publicAddresses(options: MetadataOptions): Promise<PublicAddresses | null> {
  try {
    const metadata = await findMetadata(options);
    const [ipv4, ipv6] = await Promise.all([publicIpv4(metadata), firstIpv6(metadata)]);
    return { cloud: metadata.service.cloud, ipv4, ipv6 };
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
    if (isIPv4(text)) return text;
    throw noAddress(service.cloud, name, 'IPv4', text);
  }
  return null;
}

/** Both clouds list it at the interface; how the list is written differs. */
async function firstIpv6({ service, item }: Metadata): Promise<string | null> {
  const mac = await item('mac');
  if (mac === null) return null;
  if (!/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(mac)) throw noAddress(service.cloud, 'mac', 'MAC', mac);
  const name = `network/interfaces/macs/${mac}/ipv6s`;
  const text = (await item(name)) ?? '';
  const addresses = text.split(/[\s,"[\]]+/).filter(word => word !== '');
  const wrong = addresses.find(address => !isIPv6(address));
  if (wrong !== undefined) throw noAddress(service.cloud, name, 'IPv6', wrong);
  return addresses[0] ?? null;
}

function noAddress(cloud: string, item: string, kind: string, text: string): CertdError {
  const shown = JSON.stringify(text.slice(0, 60));
  return new CertdError(
    'metadata-refused',
    `the metadata service of ${cloud} answers for ${item} with ${shown}, which is no ${kind} address`,
  );
}
