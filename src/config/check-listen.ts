import { collide, type ListenAddress, listenText } from '../core/text/listen-address.ts';
import { casOf } from './check-authorities.ts';
import type { Entry, Located } from './entries.ts';
import { readListenAddress } from './listen-address.ts';
import type { Source } from './parse.ts';
import { at, type Finding } from './schema-findings.ts';

type Mention = {
  readonly source: Source;
  readonly list: readonly PropertyKey[];
  readonly index: number;
  readonly address: ListenAddress;
};

/** certd has one socket for each address: equal ones are shared, and what overlaps otherwise cannot be had. */
export function listenFindings(main: Source, entries: readonly Entry[]): Located[] {
  const first = new Map<string, Mention>();
  const lists = [listOf(main, ['defaults']), ...entries.map(({ source, path }) => listOf(source, path))];
  return lists.flatMap(list =>
    list.flatMap((mention, index) => {
      const text = listenText(mention.address);
      const twin = list.slice(0, index).find(({ address }) => listenText(address) === text);
      if (twin !== undefined) {
        const message = `${text} stands in this list already (item ${twin.index + 1})`;
        return [located(mention, 'config-invalid', message)];
      }
      if (first.has(text)) return [];
      const other = [...first.values()].find(({ address }) => collide(address, mention.address));
      first.set(text, mention);
      return other === undefined ? [] : [located(mention, 'config-invalid', overlap(text, other))];
    }),
  );
}

function overlap(text: string, { source, list, index, address }: Mention): string {
  const { line } = source.locate([...list, index], false);
  return `${text} and ${listenText(address)} (${source.file}:${line}) overlap, and certd cannot listen on both: write the wider one in both places`;
}

/** A CA connects to one port (RFC 8555 §8.3: 80). Where certd does not listen on it, something must forward. */
export function listenDoubts(main: Source, entries: readonly Entry[]): Located[] {
  const said = new Set<string>();
  return entries.flatMap(entry => {
    const own = at(entry.raw, ['challenge']) !== undefined;
    const list = own ? listOf(entry.source, entry.path) : listOf(main, ['defaults']);
    const [first] = list;
    const portOf = (ca: string) => at(main.data, ['cas', ca, 'validation_port']) ?? 80;
    const ca = casOf(main, entry).find(name => !list.some(({ address }) => address.port === portOf(name)));
    if (first === undefined || ca === undefined) return [];
    const port = portOf(ca);
    const message = `the CA ${ca} validates on port ${port}, and certd will not listen there: that works only where the port is forwarded to ${listenText(first.address)}`;
    if (!own && said.has(message)) return [];
    said.add(message);
    return [located(first, 'config-doubtful', message)];
  });
}

/** The `listen` of a certificate or of `defaults`; what is not usable in it is reported elsewhere. */
function listOf(source: Source, holder: readonly PropertyKey[]): Mention[] {
  const list = [...holder, 'challenge', 'standalone', 'listen'];
  const items = at(source.data, list);
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown, index) => {
    const read = typeof item === 'string' ? readListenAddress(item) : null;
    return read !== null && 'value' in read ? [{ source, list, index, address: read.value }] : [];
  });
}

function located({ source, list, index }: Mention, code: Finding['code'], message: string): Located {
  return { source, finding: { code, path: [...list, index], onKey: false, message } };
}
