import { attemptFindings } from './check-attempt.ts';
import { authorityFindings, singleLabelFindings } from './check-authorities.ts';
import { fileFindings } from './check-files.ts';
import { listenFindings } from './check-listen.ts';
import { nameFindings } from './check-names.ts';
import { perCaFindings } from './check-per-ca.ts';
import { type Entry, entriesOf, type Located } from './entries.ts';
import { defaultThresholds } from './normalise.ts';
import type { Source } from './parse.ts';
import { mainSchema } from './schema.ts';
import { at, type Finding } from './schema-findings.ts';

/** What a configuration is read for, as far as that makes a difference. */
export type Use = {
  /** Where no `files` may be. */
  readonly stateDir: string;
  /** By an issuer that hands deploys to another process. */
  readonly isExternal: boolean;
};

/**
 * What no single value shows: names against each other, references, requirements that `defaults` may meet.
 * Reads plain data, so that it also finds its part in files whose schema check failed elsewhere; what that
 * check reports already is passed over here.
 */
export function crossFindings(
  main: Source | null,
  dropIns: readonly (Source | null)[],
  { stateDir, isExternal }: Use,
): Located[] {
  const entries = [main, ...dropIns].flatMap(source => (source === null ? [] : entriesOf(source)));
  const found = entries.flatMap(repeatedDomains);
  found.push(...nameFindings(entries));
  if (main === null) return found;
  found.push(...authorityFindings(main, entries), ...singleLabelFindings(main, entries));
  found.push(...perCaFindings(main, entries));
  found.push(...entries.flatMap(entry => missingChallenge(main, entry)));
  found.push(...listenFindings(main, entries), ...fileFindings(main, entries, stateDir));
  found.push(...thresholdFindings(main));
  if (isExternal) found.push(...attemptFindings(main, entries));
  return found;
}

function repeatedDomains({ source, path, domains }: Entry): Located[] {
  return domains.flatMap((domain, index) => {
    const first = domains.indexOf(domain);
    if (domain === null || first === index) return [];
    const message = `${domain} stands in this list already (item ${first + 1})`;
    return [{ source, finding: invalid([...path, 'domains', index], message) }];
  });
}

function missingChallenge(main: Source, { source, path, raw }: Entry): Located[] {
  if (typeof raw !== 'object' || raw === null) return [];
  if (at(raw, ['challenge']) !== undefined || at(main.data, ['defaults', 'challenge']) !== undefined)
    return [];
  const message =
    '`challenge` is missing, here and in `defaults`: write `challenge: { webroot: /var/www/certd }`';
  return [{ source, finding: invalid(path, message) }];
}

function thresholdFindings(source: Source): Located[] {
  const written = mainSchema.shape.thresholds.safeParse(at(source.data, ['thresholds']));
  if (!written.success || written.data === undefined) return [];
  const { warning = defaultThresholds.warning, critical = defaultThresholds.critical } = written.data;
  if (critical < warning) return [];
  const path = ['thresholds', written.data.critical === undefined ? 'warning' : 'critical'];
  const message = '`critical` (default 5%) must be smaller than `warning` (default 20%)';
  return [{ source, finding: invalid(path, message) }];
}

function invalid(path: readonly PropertyKey[], message: string): Finding {
  return { code: 'config-invalid', path, onKey: false, message };
}
