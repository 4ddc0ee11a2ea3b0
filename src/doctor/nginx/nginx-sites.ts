import { posix } from 'node:path';
import type { ConfiguredCertificate, TlsListen, TlsSite } from '../sites/site.ts';
import type { NginxDirective } from './nginx-directives.ts';

type Block = readonly NginxDirective[];

/**
 * The TLS sites of http, stream and mail. What a server block does not say itself it has from the block around it.
 * `prefix`: the directory of the main file, from which nginx takes relative paths.
 */
export function nginxSites(configuration: Block, prefix: string): readonly TlsSite[] {
  return configuration
    .filter(({ name }) => name === 'http' || name === 'stream' || name === 'mail')
    .flatMap(({ block }) => sitesIn(block ?? []))
    .map(site => ({
      ...site,
      certificates: site.certificates.map(each => ({
        ...each,
        certificate: fullPath(each.certificate, prefix),
        key: each.key === null ? null : fullPath(each.key, prefix),
      })),
    }));
}

/** Values that are no files keep their kind: `data:`, `engine:`, `store:`, and what begins with a variable. */
function fullPath(value: string, prefix: string): string {
  return /^(?:[a-z]+:|\$)/.test(value) ? value : posix.resolve(prefix, value);
}

function sitesIn(outer: Block): readonly TlsSite[] {
  const servers = outer.filter(({ name, block }) => name === 'server' && block !== null);
  // An address is one socket: what one server block says of it holds for all that share it.
  const flags = flagsByAddress(servers);
  return servers.flatMap(server => {
    const own = server.block ?? [];
    const certificates = certificatesOf(own, outer);
    const listens = listensOf(own).flatMap(listen => {
      const all = flags.get(addressKey(listen)) ?? new Set(listen.flags);
      const tls = all.has('ssl') || isOn('ssl', own, outer);
      // Without an address (a Unix socket) there is nothing to connect to.
      if (!tls || listen.port === null || listen.flags.includes('quic')) return [];
      return [{ address: listen.address, port: listen.port, proxyProtocol: all.has('proxy_protocol') }];
    });
    if (certificates.length === 0 || listens.length === 0) return [];
    const site: TlsSite = {
      server: 'nginx',
      place: `${server.file}:${server.line}`,
      names: named('server_name', own).flatMap(({ args }) => args.map(nameOf)),
      listens: distinct(listens),
      certificates,
    };
    return [site];
  });
}

/** An IPv6 address stands in brackets, as in a URL. */
function nameOf(written: string): string {
  return written.toLowerCase().replace(/^\[(.*)\]$/, '$1');
}

/** A list of its own replaces that of the block around it as a whole; the n-th key belongs to the n-th certificate. */
function certificatesOf(own: Block, outer: Block): readonly ConfiguredCertificate[] {
  const inherited = (name: string) => {
    const mine = named(name, own);
    return (mine.length > 0 ? mine : named(name, outer)).map(({ args }) => args[0] ?? '');
  };
  const keys = inherited('ssl_certificate_key');
  return inherited('ssl_certificate').map((certificate, index) => ({
    certificate,
    key: keys[index] ?? null,
    chain: null,
  }));
}

type Listen = {
  readonly address: string | null;
  readonly port: number | null;
  readonly flags: readonly string[];
};

export function listensOf(server: Block): readonly Listen[] {
  const written = named('listen', server).map(({ args: [where = '', ...flags] }) => listenOf(where, flags));
  // Port 8000 for others than root; such a master cannot serve 443 either.
  return written.length > 0 ? written : [listenOf('80', [])];
}

function listenOf(where: string, flags: readonly string[]): Listen {
  if (where.startsWith('unix:')) return { address: where, port: null, flags };
  if (/^\d+$/.test(where)) return { address: null, port: Number(where), flags };
  const { host = '', port = '80' } = /^(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>\d+))?/.exec(where)?.groups ?? {};
  const address = host.replaceAll(/^\[|\]$/g, '');
  return { address: address === '*' || address === '0.0.0.0' ? null : address, port: Number(port), flags };
}

function flagsByAddress(servers: Block): ReadonlyMap<string, ReadonlySet<string>> {
  const flags = new Map<string, Set<string>>();
  for (const listen of servers.flatMap(({ block }) => listensOf(block ?? []))) {
    // QUIC is UDP, so another socket.
    if (listen.flags.includes('quic')) continue;
    const key = addressKey(listen);
    flags.set(key, new Set([...(flags.get(key) ?? []), ...listen.flags]));
  }
  return flags;
}

function addressKey({ address, port }: Listen): string {
  return `${address ?? '*'} ${port}`;
}

function isOn(name: string, own: Block, outer: Block): boolean {
  const [last] = [...named(name, own), ...named(name, outer)];
  return last?.args[0] === 'on';
}

function named(name: string, block: Block): Block {
  return block.filter(directive => directive.name === name);
}

function distinct(listens: readonly TlsListen[]): readonly TlsListen[] {
  return [...new Map(listens.map(listen => [JSON.stringify(listen), listen])).values()];
}
