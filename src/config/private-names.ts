import { casOf, isPublic } from './check-authorities.ts';
import type { Entry, Located } from './entries.ts';
import type { Source } from './parse.ts';

/** ICANN 2024-07-29 (internal), RFC 6762 (local), RFC 6761 (localhost), RFC 8375 (home.arpa): in no public DNS. */
const privateZones = ['internal', 'local', 'localhost', 'home.arpa'];

/** The zone of a name that only a private network can have, as hosts in clouds are called by themselves; null for others. */
export function privateZoneOf(domain: string): string | null {
  return privateZones.find(zone => domain.endsWith(`.${zone}`)) ?? null;
}

/** Names that a public CA will refuse at each attempt. */
export function privateNameDoubts(main: Source, entries: readonly Entry[]): Located[] {
  return entries.flatMap(entry => {
    const publicCa = casOf(main, entry).find(ca => isPublic(main, ca));
    if (publicCa === undefined) return [];
    return entry.domains.flatMap((domain, index): Located[] => {
      const zone = domain === null ? null : privateZoneOf(domain);
      if (zone === null) return [];
      const message = `${domain}: names in .${zone} are private, and a public CA such as ${publicCa} does not issue for them`;
      const path = [...entry.path, 'domains', index];
      return [{ source: entry.source, finding: { code: 'config-doubtful', path, onKey: false, message } }];
    });
  });
}
