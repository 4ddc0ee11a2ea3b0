import type { Entry, Located } from './entries.ts';
import { defaultName } from './normalise.ts';
import { plainName } from './schema-values.ts';

/**
 * Names are directories, so no two certificates share one. Two with the same set of domains are meant (RSA
 * beside ECDSA) only where at least one of them has been given a name.
 */
export function nameFindings(entries: readonly Entry[]): Located[] {
  const byName = new Map<string, Entry>();
  const bySet = new Map<string, Entry>();
  const found: Located[] = [];
  for (const entry of entries) {
    const name = nameOf(entry);
    if (name === null) continue;
    if (!plainName.safeParse(name).success) {
      found.push(finding(entry, 'config-invalid', 'the first domain is too long for a name; add a `name:`'));
      continue;
    }
    const set = [...new Set(entry.domains)].sort().join(' ');
    const twin = bySet.get(set);
    const holder = byName.get(name);
    if (holder !== undefined) found.push(taken(entry, name, holder));
    else if (twin !== undefined && entry.explicitName === null && twin.explicitName === null) {
      const message = `these are the domains of the certificate at ${placeOf(twin)}; if both are meant, add \`name: ${name}-2\``;
      found.push(finding(entry, 'config-name-taken', message));
    }
    byName.set(name, holder ?? entry);
    if (!entry.domains.includes(null)) bySet.set(set, twin ?? entry);
  }
  return found;
}

function taken(entry: Entry, name: string, holder: Entry): Located {
  const cure = entry.explicitName === null ? `add \`name: ${name}-2\` or the like` : 'choose another';
  return finding(
    entry,
    'config-name-taken',
    `the name ${name} is taken by the certificate at ${placeOf(holder)}; ${cure}`,
  );
}

/** Null where the file leaves it open, which is reported elsewhere. */
function nameOf({ explicitName, domains }: Entry): string | null {
  if (explicitName !== null) return explicitName ?? null;
  const first = domains[0] ?? null;
  return first === null ? null : defaultName(first);
}

function placeOf({ source, path }: Entry): string {
  return `${source.file}:${source.locate(path, false).line}`;
}

function finding(entry: Entry, code: 'config-invalid' | 'config-name-taken', message: string): Located {
  const path = [...entry.path, ...(entry.explicitName === null ? ['domains', 0] : ['name'])];
  return { source: entry.source, finding: { code, path, onKey: false, message } };
}
