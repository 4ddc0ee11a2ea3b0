import type { TlsListen } from '../sites/site.ts';
import type { HaproxyLine } from './haproxy-lines.ts';

/** A bind line that speaks TLS. */
export type HaproxyBind = {
  readonly place: string;
  readonly listens: readonly TlsListen[];
  /** As written: files, directories and `@store/alias`. */
  readonly crts: readonly string[];
  readonly crtLists: readonly string[];
};

/** An entry of a crt-store (HAProxy 3.0). Its name for a bind line: `@store/alias`. */
type HaproxyEntry = { readonly crt: string; readonly key: string | null };

export type HaproxyConfiguration = {
  readonly crtBase: string | null;
  readonly binds: readonly HaproxyBind[];
  readonly stores: ReadonlyMap<string, HaproxyEntry>;
  /** Where it has conditions. */
  readonly conditional: string | null;
};

/** Words that begin a section; a line belongs to the last one before it (configuration manual, 2.1). */
const sections = new Set(
  'global defaults frontend listen backend crt-store peers ring userlist cache program resolvers mailers http-errors fcgi-app log-forward log-profile traces acme'.split(
    ' ',
  ),
);

/** What the lines say of TLS, in their order. */
export function haproxyConfiguration(lines: readonly HaproxyLine[]): HaproxyConfiguration {
  let section: readonly string[] = [];
  const found: Found = { crtBase: null, store: { crt: null, key: null }, binds: [], stores: new Map() };
  for (const { words, place } of lines) {
    const [keyword = '', ...args] = words;
    if (sections.has(keyword)) {
      section = words;
      found.store = { crt: found.crtBase, key: null };
    }
    const [kind, name = ''] = section;
    if (kind === 'global' && keyword === 'crt-base') found.crtBase = args[0] ?? null;
    if (kind === 'crt-store') readStore(name, keyword, args, found);
    if ((kind === 'frontend' || kind === 'listen') && keyword === 'bind')
      found.binds.push(...bindOf(args, place));
  }
  const conditional = lines.find(({ words }) => words[0] === '.if')?.place ?? null;
  const { crtBase, binds, stores } = found;
  return { crtBase, binds, stores, conditional };
}

type Found = {
  crtBase: string | null;
  /** The bases of the crt-store that is read. */
  store: { crt: string | null; key: string | null };
  readonly binds: HaproxyBind[];
  readonly stores: Map<string, HaproxyEntry>;
};

function readStore(store: string, keyword: string, args: readonly string[], found: Found): void {
  const [first = null] = args;
  if (keyword === 'crt-base') found.store.crt = first;
  if (keyword === 'key-base') found.store.key = first;
  if (keyword !== 'load') return;
  const value = (name: string) => (args.includes(name) ? (args[args.indexOf(name) + 1] ?? null) : null);
  const [crt, key] = [value('crt'), value('key')];
  if (crt === null) return;
  found.stores.set(`@${store}/${value('alias') ?? crt}`, {
    crt: fullPath(crt, found.store.crt),
    key: key === null ? null : fullPath(key, found.store.key),
  });
}

/** A base is only put before what is no absolute path. */
export function fullPath(path: string, base: string | null): string {
  return base === null || path.startsWith('/') || path.startsWith('@')
    ? path
    : `${base.replace(/\/$/, '')}/${path}`;
}

function bindOf([addresses = '', ...parameters]: readonly string[], place: string): readonly HaproxyBind[] {
  // A socket may be named like a parameter.
  const words = parameters.filter((_, index) => parameters[index - 1] !== 'name');
  if (!words.includes('ssl')) return [];
  const values = (...names: readonly string[]) =>
    words.filter((_, index) => names.includes(words[index - 1] ?? ''));
  const proxyProtocol = words.includes('accept-proxy');
  return [
    {
      place,
      listens: addresses.split(',').flatMap(address => listenOf(address, proxyProtocol)),
      crts: values('crt', 'default-crt'),
      crtLists: values('crt-list'),
    },
  ];
}

/** `:443`, `*:443`, `192.0.2.1:443`, `:::443`, `[::]:443`, `ipv6@:443`, `:8000-8100`; QUIC, sockets and descriptors are nothing to connect to. */
function listenOf(text: string, proxyProtocol: boolean): readonly TlsListen[] {
  const { family, host, port } =
    /^(?:(?<family>[a-z0-9+]+)@)?(?<host>.*):(?<port>\d+)(?:-\d+)?$/.exec(text)?.groups ?? {};
  if (host === undefined || port === undefined || host.startsWith('/')) return [];
  if (family !== undefined && !/^(?:ipv[46]|tcp[46]?)$/.test(family)) return [];
  const bare = host.replaceAll(/^\[|\]$/g, '');
  const everywhere = bare === '' || bare === '*' || bare === '0.0.0.0';
  const address = everywhere ? (family?.endsWith('6') ? '::' : null) : bare;
  return [{ address, port: Number(port), proxyProtocol }];
}
