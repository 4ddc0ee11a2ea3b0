import type { TlsSite } from '../sites/site.ts';
import { fullPath, type HaproxyBind, type HaproxyConfiguration } from './haproxy-binds.ts';
import { haproxyLines } from './haproxy-lines.ts';

/** What stands on disk beside the configuration. */
export type HaproxyFiles = {
  /** Names in the directories that a bind line names, sorted; a path that is no directory is not in it. */
  readonly directories: ReadonlyMap<string, readonly string[]>;
  /** Text of the lists. */
  readonly crtLists: ReadonlyMap<string, string>;
};

/** A site for each certificate of each bind line: HAProxy chooses by the certificate’s names, or by the filters of a list. */
export function haproxySites(
  { binds, stores, crtBase }: HaproxyConfiguration,
  { directories, crtLists }: HaproxyFiles,
): readonly TlsSite[] {
  const siteOf = (bind: HaproxyBind, written: string, names: readonly string[], place: string): TlsSite => {
    const path = fullPath(written, crtBase);
    const { crt, key } = stores.get(path) ?? { crt: path, key: null };
    const certificates = [{ certificate: crt, key, chain: null }];
    return { server: 'haproxy', place, names, listens: bind.listens, certificates };
  };
  return binds.flatMap(bind => [
    ...bind.crts
      .flatMap(path => filesOf(fullPath(path, crtBase), directories))
      .map(path => siteOf(bind, path, [], bind.place)),
    ...bind.crtLists.flatMap(list =>
      haproxyLines(crtLists.get(fullPath(list, null)) ?? '', list).map(
        ({ words: [path = '', ...rest], place }) => siteOf(bind, path, filtersOf(rest), place),
      ),
    ),
  ]);
}

/** The paths of directories and lists that `haproxySites` wants to know. */
export function haproxyWants({ binds, crtBase }: HaproxyConfiguration): {
  readonly directories: readonly string[];
  readonly crtLists: readonly string[];
} {
  return {
    directories: [...new Set(binds.flatMap(({ crts }) => crts.map(path => fullPath(path, crtBase))))],
    crtLists: [...new Set(binds.flatMap(({ crtLists }) => crtLists))],
  };
}

/** Of a directory all but hidden files and those with a meaning of their own. */
function filesOf(path: string, directories: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const names = directories.get(path);
  if (names === undefined) return [path];
  return names
    .filter(name => !name.startsWith('.') && !/\.(?:issuer|ocsp|sctl|key)$/.test(name))
    .map(name => `${path.replace(/\/$/, '')}/${name}`);
}

/** `[alpn h2 verify none] a.example !b.example`: options in brackets, then names; `!` takes one away. */
function filtersOf(words: readonly string[]): readonly string[] {
  const end = words[0]?.startsWith('[') ? words.findIndex(word => word.endsWith(']')) + 1 : 0;
  return words
    .slice(end)
    .filter(word => !word.startsWith('!'))
    .map(word => word.toLowerCase());
}
