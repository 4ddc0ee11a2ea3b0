import type { Entry, Located } from './entries.ts';
import type { Source } from './parse.ts';
import { holdsKey, outputFile } from './schema-deploy.ts';
import { at } from './schema-findings.ts';

/** One item of a `files` list, as far as it can be understood. */
type Mention = {
  readonly source: Source;
  /** Where its path is written. */
  readonly place: readonly PropertyKey[];
  readonly path: string;
  readonly withKey: boolean;
};

/** What no output may take the place of: whose it is, in words. */
type Taken = { readonly path: string; readonly words: string };

/**
 * Each output has a path of its own: two would take turns, and each would be owed for ever. None lies in the state
 * directory or in the place of a file that certd reads, and no key where web servers hand out what they find.
 */
export function fileFindings(main: Source, entries: readonly Entry[], stateDir: string): Located[] {
  const shared = mentionsIn(main, ['defaults', 'files']);
  const heirs = entries.filter(({ raw }) => at(raw, ['files']) === undefined);
  const own = entries.flatMap(({ source, path }) => mentionsIn(source, [...path, 'files']));
  const taken = readFiles(main, entries);
  const webroots = webrootsOf(main, entries);
  return [
    ...(heirs.length > 1 ? shared.map(inherited) : []),
    ...repeated([...shared, ...own]),
    ...[...shared, ...own].flatMap(mention =>
      [misplaced(mention, stateDir, taken), exposed(mention, webroots)].filter(found => found !== null),
    ),
  ];
}

function inherited(mention: Mention): Located {
  return located(
    mention,
    `every certificate without \`files\` of its own would write ${mention.path}, and only one can: write \`files\` below each certificate`,
  );
}

function repeated(mentions: readonly Mention[]): Located[] {
  const first = new Map<string, Mention>();
  return mentions.flatMap(mention => {
    const other = first.get(mention.path);
    if (other === undefined) {
      first.set(mention.path, mention);
      return [];
    }
    return [located(mention, `${mention.path} is an output already (${placeOf(other.source, other.place)})`)];
  });
}

function misplaced(mention: Mention, stateDir: string, taken: readonly Taken[]): Located | null {
  const { path } = mention;
  if (isBelow(path, stateDir)) {
    return located(mention, `${path} is in the state directory ${stateDir}, which is certd’s own`);
  }
  const holder = taken.find(one => one.path === path);
  return holder === undefined ? null : located(mention, `${path} is ${holder.words}`);
}

function exposed(mention: Mention, webroots: readonly string[]): Located | null {
  const webroot = webroots.find(root => mention.withKey && isBelow(mention.path, root));
  if (webroot === undefined) return null;
  return located(
    mention,
    `${mention.path} would have a key in the webroot ${webroot}, which is for everybody to read`,
  );
}

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(directory.endsWith('/') ? directory : `${directory}/`);
}

/** The files that the configuration is in, and those that it names. */
function readFiles(main: Source, entries: readonly Entry[]): readonly Taken[] {
  const sources = [...new Set([main, ...entries.map(({ source }) => source)])];
  const cas = at(main.data, ['cas']);
  const names = typeof cas === 'object' && cas !== null ? Object.keys(cas) : [];
  const named = names.flatMap(ca =>
    [['trust'], ['roots'], ['eab', 'hmac_key_file']].map(key => ['cas', ca, ...key]),
  );
  return [
    ...sources.map(({ file }) => ({ path: file, words: 'a file of this configuration' })),
    ...named.flatMap(key => {
      const path = at(main.data, key);
      const words = `what \`${key.join('.')}\` names (${placeOf(main, key)})`;
      return typeof path === 'string' ? [{ path, words }] : [];
    }),
  ];
}

function webrootsOf(main: Source, entries: readonly Entry[]): readonly string[] {
  const written = [at(main.data, ['defaults']), ...entries.map(({ raw }) => raw)];
  return written
    .map(holder => at(holder, ['challenge', 'webroot']))
    .filter(webroot => typeof webroot === 'string');
}

function mentionsIn(source: Source, list: readonly PropertyKey[]): Mention[] {
  const items = at(source.data, list);
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown, index) => {
    const path = outputFile.shape.path.safeParse(at(item, ['path']));
    const withKey = holdsKey(String(at(item, ['content'])));
    return path.success ? [{ source, place: [...list, index, 'path'], path: path.data, withKey }] : [];
  });
}

function placeOf(source: Source, path: readonly PropertyKey[]): string {
  return `${source.file}:${source.locate(path, false).line}`;
}

function located({ source, place }: Mention, message: string): Located {
  return { source, finding: { code: 'config-invalid', path: place, onKey: false, message } };
}
