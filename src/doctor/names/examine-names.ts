import type { Instant } from '../../core/instant.ts';
import type { Target, Validation } from '../../core/model.ts';
import { isIpv6 } from '../../core/text/listen-address.ts';
import type { Finding } from '../finding.ts';
import { pathFindings } from '../host/path-findings.ts';
import type { HostTools } from '../look.ts';
import { lookAtPorts } from '../ports/look-at-ports.ts';
import { portFindings } from '../ports/port-findings.ts';
import { addressFindings } from './address-findings.ts';
import { caaFindings } from './caa-findings.ts';
import { ipv6Findings } from './ipv6-findings.ts';
import { lookAtNames } from './look-at-names.ts';
import type { NameTools } from './name-tools.ts';
import { isPublicAddress } from './public-address.ts';
import type { CloudAddresses, SeenCa, SeenNames } from './seen-names.ts';

type Asked = {
  readonly targets: readonly Target[];
  readonly cas: ReadonlyMap<string, SeenCa>;
  readonly isRoot: boolean;
  /** Of this host’s interfaces, IPv4 first. */
  readonly ownAddresses: readonly string[];
  /** By domain: the last one after which no attempt has failed. */
  readonly validations: ReadonlyMap<string, Validation>;
  readonly now: Instant;
};

/** The ways out of this host. */
export type NetworkTools = {
  readonly names: NameTools;
  /** Null where there is no cloud, or it does not say. */
  cloudAddresses(): Promise<CloudAddresses | null>;
  /** When it is enough. */
  readonly limit: AbortSignal;
};

/**
 * Looks at the ports that challenges arrive at and, unless `network` is null, at where the names of the certificates lead,
 * what answers there, and what CAA records say.
 */
export async function examineNames(
  asked: Asked,
  tools: Pick<HostTools, 'find' | 'run'>,
  network: NetworkTools | null,
): Promise<readonly Finding[]> {
  const { targets, cas, isRoot, ownAddresses, validations, now } = asked;
  const portsOf = ({ cas: choices }: Target) => choices.map(({ name }) => cas.get(name)?.port ?? 80);
  const ports = new Set([80, 443, ...targets.flatMap(portsOf), ...targets.flatMap(listenPorts)]);
  const domains = targets.flatMap(target => target.domains);
  const portOf = (domain: string) =>
    targets.filter(target => target.domains.includes(domain)).flatMap(portsOf)[0] ?? 80;
  // Whoever has a public address needs no metadata service, and outside a cloud its address is somebody else's.
  const isBehind = !ownAddresses.some(address => !isIpv6(address) && isPublicAddress(address));
  const [seenPorts, names, cloud] = await Promise.all([
    lookAtPorts(ports, isRoot, tools),
    network === null ? null : lookAtNames(domains, portOf, network.names, network.limit),
    network !== null && isBehind ? network.cloudAddresses() : null,
  ]);
  return findingsOfNames({ targets, cas, ports: seenPorts, ownAddresses, cloud, validations, now, names });
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
