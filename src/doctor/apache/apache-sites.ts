import { posix } from 'node:path';
import type { ConfiguredCertificate, TlsListen, TlsSite } from '../sites/site.ts';
import type { ApacheDirective } from './apache-directives.ts';

type Block = readonly ApacheDirective[];
type Socket = { readonly address: string | null; readonly port: number | null };

/** The virtual hosts that speak TLS. What one does not say itself it has from outside of all. */
export function apacheSites(configuration: Block, serverRoot: string): readonly TlsSite[] {
  const sockets = named('listen', configuration).map(({ args: [where = ''] }) => socketOf(where));
  return configuration
    .filter(({ name }) => name === 'virtualhost')
    .flatMap(({ args, block, file, line }) => {
      const own = block ?? [];
      const last = (name: string) => (named(name, own).at(-1) ?? named(name, configuration).at(-1))?.args[0];
      if ((last('sslengine') ?? 'off').toLowerCase() === 'off') return [];
      const proxyProtocol = last('remoteipproxyprotocol')?.toLowerCase() === 'on';
      const site: TlsSite = {
        server: 'apache',
        place: `${file}:${line}`,
        names: namesOf(own),
        listens: listensOf(args, sockets).map(socket => ({ ...socket, proxyProtocol })),
        certificates: certificatesOf(own, configuration, serverRoot),
      };
      return site.certificates.length === 0 ? [] : [site];
    });
}

/** The port of a name, and a scheme before it, are for redirects. */
export function namesOf(own: Block): readonly string[] {
  return ['servername', 'serveralias']
    .flatMap(name => named(name, own).flatMap(({ args }) => args))
    .map(name =>
      name
        .toLowerCase()
        .replace(/^[a-z]+:\/\//, '')
        .replace(/:\d+$/, '')
        .replaceAll(/^\[|\]$/g, ''),
    );
}

/** A certificate of its own replaces the one of the same number from outside. */
function certificatesOf(own: Block, outer: Block, serverRoot: string): readonly ConfiguredCertificate[] {
  const values = (name: string) => {
    const mine = named(name, own);
    return (mine.length > 0 ? mine : named(name, outer)).map(({ args: [value = ''] }) =>
      /^(?:pkcs11:|\$)/.test(value) ? value : posix.resolve(serverRoot, value),
    );
  };
  const keys = values('sslcertificatekeyfile');
  const [chain = null] = values('sslcertificatechainfile');
  return values('sslcertificatefile').map((certificate, index) => ({
    certificate,
    key: keys[index] ?? null,
    chain,
  }));
}

/** Where a virtual host takes every address or port, it has those on which Apache listens. */
function listensOf(
  hosts: readonly string[],
  sockets: readonly Socket[],
): readonly Omit<TlsListen, 'proxyProtocol'>[] {
  const all = hosts.map(socketOf).flatMap(host => {
    const ports =
      host.port === null ? sockets.map(({ port }) => port).filter(port => port !== 80) : [host.port];
    return ports.flatMap(port => {
      if (port === null) return [];
      if (host.address !== null) return [{ address: host.address, port }];
      const bound = sockets.filter(socket => socket.port === port);
      return (bound.length > 0 ? bound : [host]).map(({ address }) => ({ address, port }));
    });
  });
  return [...new Map(all.map(listen => [JSON.stringify(listen), listen])).values()];
}

/** `443`, `*:443`, `_default_:443`, `192.0.2.1:443`, `[::1]:443`, `a.example:*`; on `[::]` it has IPv4, too. */
export function socketOf(where: string): Socket {
  if (/^\d+$/.test(where)) return { address: null, port: Number(where) };
  const { host = '', port } = /^(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>\d+|\*))?$/.exec(where)?.groups ?? {};
  const address = host.replaceAll(/^\[|\]$/g, '');
  return {
    address: ['*', '_default_', '0.0.0.0', '::'].includes(address) ? null : address,
    port: port === undefined || port === '*' ? null : Number(port),
  };
}

function named(name: string, block: Block): Block {
  return block.filter(directive => directive.name === name);
}
