import { networkInterfaces } from 'node:os';
import { addressText } from '../core/ip-address.ts';
import { isIpv6 } from '../core/listen-address.ts';
import type { Target } from '../core/model.ts';
import { addressFindings } from './address-findings.ts';
import { caaFindings } from './caa-findings.ts';
import type { Finding } from './finding.ts';
import { ipv6Findings } from './ipv6-findings.ts';
import type { HostTools } from './look.ts';
import { lookAtNames } from './look-at-names.ts';
import { lookAtPorts } from './look-at-ports.ts';
import type { NameTools } from './name-tools.ts';
import { pathFindings } from './path-findings.ts';
import { portFindings } from './port-findings.ts';
import { isPublicAddress } from './public-address.ts';
import type { SeenCa, SeenNames } from './seen-names.ts';

type Asked = {
  readonly targets: readonly Target[];
  readonly cas: ReadonlyMap<string, SeenCa>;
  readonly isRoot: boolean;
};

/** The ways out of this host. */
export type NetworkTools = {
  readonly names: NameTools;
  /** The addresses by which the cloud reaches this host; null where there is no cloud, or it does not say. */
  cloudAddresses(): Promise<readonly string[] | null>;
  /** When it is enough. */
  readonly limit: AbortSignal;
};

/**
 * Looks at the ports that challenges arrive at and, unless `network` is null, at where the names of the certificates lead,
 * what answers there, and what CAA records say.
 */
export async function examineNames(
  { targets, cas, isRoot }: Asked,
  tools: Pick<HostTools, 'find' | 'run'>,
  network: NetworkTools | null,
): Promise<readonly Finding[]> {
  const portsOf = ({ cas: choices }: Target) => choices.map(({ name }) => cas.get(name)?.port ?? 80);
  const ports = new Set([80, 443, ...targets.flatMap(portsOf), ...targets.flatMap(listenPorts)]);
  const domains = targets.flatMap(target => target.domains);
  const portOf = (domain: string) =>
    targets.filter(target => target.domains.includes(domain)).flatMap(portsOf)[0] ?? 80;
  const ownAddresses = addressesOfInterfaces();
  // Whoever has a public address needs no metadata service, and outside a cloud its address is somebody else's.
  const isBehind = !ownAddresses.some(address => !isIpv6(address) && isPublicAddress(address));
  const [seenPorts, names, cloudAddresses] = await Promise.all([
    lookAtPorts(ports, isRoot, tools),
    network === null ? null : lookAtNames(domains, portOf, network.names, network.limit),
    network !== null && isBehind ? network.cloudAddresses() : null,
  ]);
  return findingsOfNames({ targets, cas, ports: seenPorts, ownAddresses, cloudAddresses, names });
}

/** Everything that follows from what was seen of ports and names. */
export function findingsOfNames(host: SeenNames): readonly Finding[] {
  return [
    ...portFindings(host),
    ...addressFindings(host),
    ...ipv6Findings(host),
    ...pathFindings(host),
    ...caaFindings(host),
  ];
}

function listenPorts({ challenge }: Target): readonly number[] {
  return challenge.kind === 'standalone' ? challenge.listen.map(({ port }) => port) : [];
}

/** IPv4 first. */
function addressesOfInterfaces(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap(each => each ?? []);
  const addresses = all.flatMap(({ address }) => addressText(address.replace(/%.*$/, '')) ?? []).sort();
  return [...addresses.filter(address => !isIpv6(address)), ...addresses.filter(isIpv6)];
}
