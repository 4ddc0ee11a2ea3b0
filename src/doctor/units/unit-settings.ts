/** One assignment of a unit file, with the place in it. */
export type Setting = {
  readonly section: string;
  readonly name: string;
  readonly value: string;
  /** The file and the line in it, from 1 on. */
  readonly place: string;
};

/** What holds after all assignments: the words of a list, or the one value; null where nothing was said. */
export type InForce = ReadonlyMap<string, { readonly words: readonly string[]; readonly place: string }>;

/** The assignments of a unit file or drop-in (systemd.syntax(7)). */
export function settingsOf(text: string, file: string): readonly Setting[] {
  let section = '';
  return linesOf(text).flatMap(({ line, at }) => {
    const header = /^\[(.+)\]$/.exec(line)?.[1];
    if (header !== undefined) section = header;
    const [, name, value] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined
      ? []
      : [{ section, name, value, place: `${file}:${at}` }];
  });
}

/** Each with what it goes on with. A comment does not go on, and stands also between a line and its rest. */
function linesOf(text: string): readonly { readonly line: string; readonly at: number }[] {
  const lines: { line: string; at: number }[] = [];
  let goesOn = false;
  for (const [index, raw] of text.split('\n').entries()) {
    const isComment = /^\s*[#;]/.test(raw);
    if (isComment) continue;
    const part = raw.trim();
    const last = goesOn ? lines.pop() : undefined;
    goesOn = /(?:^|[^\\])(?:\\\\)*\\$/.test(part);
    const own = goesOn ? `${part.slice(0, -1)} ` : part;
    lines.push(last === undefined ? { line: own, at: index + 1 } : { line: last.line + own, at: last.at });
  }
  return lines.map(({ line, at }) => ({ line: line.trim(), at }));
}

/** Lists grow with each assignment, and an empty one begins them anew (systemd.exec(5)). */
const lists = new Set([
  'ReadWritePaths',
  'InaccessiblePaths',
  'BindPaths',
  'CapabilityBoundingSet',
  'AmbientCapabilities',
  'SystemCallFilter',
  'SystemCallArchitectures',
  'RestrictAddressFamilies',
  'SupplementaryGroups',
  'StateDirectory',
  'RuntimeDirectory',
]);

export function isList(name: string): boolean {
  return lists.has(name);
}

/** What the assignments come to, drop-ins after the unit itself. */
export function inForce(settings: readonly Setting[]): InForce {
  const all = new Map<string, { words: readonly string[]; place: string }>();
  for (const { name, value, place } of settings) {
    const words = isList(name) ? wordsOf(value) : [name.startsWith('Limit') ? value : canonical(value)];
    const before = isList(name) && value !== '' ? (all.get(name)?.words ?? []) : [];
    all.set(name, { words: [...new Set([...before, ...words])], place });
  }
  return all;
}

/**
 * `~@privileged @resources` takes both away; `-` before a path is for one that may be missing. `~` alone takes nothing away:
 * of capabilities that is all of them.
 */
function wordsOf(value: string): readonly string[] {
  if (value === '~') return ['~'];
  const words = value.replace(/^~/, '').match(word) ?? [];
  return words
    .map(unquoted)
    .map(each => (value.startsWith('~') ? `~${each}` : each.replace(/^[-+]+(?=\/)/, '')));
}

/** Quotes may begin and end anywhere in a word, and a backslash counts in them, too. */
const word = /(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\.|[^\s"'])+/g;
const quoted = /"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|\\(.)/g;

function unquoted(text: string): string {
  return text.replaceAll(quoted, (_, double?: string, single?: string, one?: string) =>
    one === undefined ? (double ?? single ?? '').replaceAll(/\\(.)/g, '$1') : one,
  );
}

function canonical(value: string): string {
  if (/^(?:1|yes|y|true|t|on)$/i.test(value)) return 'yes';
  return /^(?:0|no|n|false|f|off)$/i.test(value) ? 'no' : value;
}
