import type { Target } from '../core/model.ts';
import { isIpv6, listenText } from '../core/text/listen-address.ts';
import type { Finding } from './finding.ts';
import { ownerOfPath, type SeenHost } from './host/seen-host.ts';
import type { TlsListen, TlsSite } from './sites/site.ts';

type Place = {
  readonly target: Target;
  readonly host: string;
  readonly port: number;
  readonly serverName: string;
  readonly proxyProtocol: boolean;
};

/** Whether each port on which a server presents a certificate of certd is declared, with the line that declares it. */
export function endpointFindings(host: SeenHost): readonly Finding[] {
  const places = host.looks
    .flatMap(look => (look.kind === 'read' ? look.sites : []))
    .flatMap(site => placesOf(site, host));
  const distinct = new Map(places.map(place => [`${place.target.name} ${lineOf(place)}`, place]));
  return [...distinct.values()].map(findingOf);
}

function placesOf(site: TlsSite, host: SeenHost): readonly Place[] {
  const owners = new Set(site.certificates.map(({ certificate }) => ownerOfPath(certificate, host)?.name));
  return host.targets
    .filter(({ name }) => owners.has(name))
    .flatMap(target =>
      site.listens.map(listen => ({
        target,
        host: addressToAsk(listen),
        port: listen.port,
        serverName: target.domains.find(domain => fits(domain, site.names)) ?? target.domains[0] ?? '',
        proxyProtocol: listen.proxyProtocol,
      })),
    );
}

/** A server that listens everywhere is asked at the loopback address. */
function addressToAsk({ address }: TlsListen): string {
  if (address === null || address === '0.0.0.0' || address === '*') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}

function fits(domain: string, names: readonly string[]): boolean {
  const parent = domain.replace(/^[^.]+\./, '');
  return names.some(
    name => name === domain || name === `.${domain}` || name === `*.${parent}` || name === `.${parent}`,
  );
}

function findingOf(place: Place): Finding {
  const { target, host, port, serverName } = place;
  const connect = connectText(place);
  const declared = target.deploy.verify.some(
    each => each.host === host && each.port === port && each.serverName === serverName,
  );
  const finding = { check: 'endpoint-declared', subject: target.name } as const;
  const where = `${connect} for ${serverName}`;
  if (declared) return { ...finding, status: 'ok', message: `${where} is declared`, cure: null };
  return {
    ...finding,
    status: 'warning',
    message: `${where} is not declared: a deploy counts without a look at what is presented there`,
    cure: `Add to verify under deploy of ${target.name}: ${lineOf(place)}`,
  };
}

function connectText({ host, port }: Place): string {
  return isIpv6(host) ? listenText({ address: host, port }) : `${host}:${port}`;
}

/** As it stands in a list under `deploy.verify`. */
function lineOf(place: Place): string {
  const name = isIpv6(place.serverName) ? JSON.stringify(place.serverName) : place.serverName;
  const proxy = place.proxyProtocol ? ', proxy_protocol: v1' : '';
  return `{ connect: "${connectText(place)}", server_name: ${name}${proxy} }`;
}
