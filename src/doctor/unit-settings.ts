/** One assignment of `[Service]`, with the file that it stands in. */
export type Setting = { readonly name: string; readonly value: string; readonly file: string };

/** What holds after all assignments: the words of a list, or the one value; null where nothing was said. */
export type InForce = ReadonlyMap<string, { readonly words: readonly string[]; readonly file: string }>;

/** The assignments of a unit file or drop-in (systemd.syntax(7)). */
export function settingsOf(text: string, file: string): readonly Setting[] {
  let section = '';
  return text
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !/^[#;]/.test(line))
    .flatMap(line => {
      const header = /^\[(.+)\]$/.exec(line)?.[1];
      if (header !== undefined) section = header;
      const [, name, value] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
      return section === 'Service' && name !== undefined && value !== undefined
        ? [{ name, value, file }]
        : [];
    });
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
]);

export function isList(name: string): boolean {
  return lists.has(name);
}

/** What the assignments come to, drop-ins after the unit itself. */
export function inForce(settings: readonly Setting[]): InForce {
  const all = new Map<string, { words: readonly string[]; file: string }>();
  for (const { name, value, file } of settings) {
    const words = isList(name) ? wordsOf(value) : [canonical(value)];
    const before = isList(name) && value !== '' ? (all.get(name)?.words ?? []) : [];
    all.set(name, { words: [...new Set([...before, ...words])], file });
  }
  return all;
}

/** `~@privileged @resources` takes both away; `-` before a path is for one that may be missing. */
function wordsOf(value: string): readonly string[] {
  const words = value.replace(/^~/, '').match(/(?:\\.|\S)+/g) ?? [];
  return words.map(word => (value.startsWith('~') ? `~${word}` : word.replace(/^[-+]+(?=\/)/, '')));
}

function canonical(value: string): string {
  if (/^(?:1|yes|y|true|t|on)$/i.test(value)) return 'yes';
  return /^(?:0|no|n|false|f|off)$/i.test(value) ? 'no' : value;
}
