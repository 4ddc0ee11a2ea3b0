import type { HostCause, HostChange, HostRecord } from '../core/host/host-change.ts';
import { type HostFact, identitySources } from '../core/host/host-identity.ts';
import type { Disk } from '../core/ports.ts';
import { toRfc3339 } from '../core/text/time-text.ts';
import { corrupt, type Fields, readIssuerFile } from './json.ts';
import type { Layout } from './layout.ts';
import { replaceState } from './replace-file.ts';

/** Reads `issuer/identity.json` (docs/state.md section 13); null where there is none. Throws `state-corrupt`. */
export function readHostRecord(layout: Layout): HostRecord | null {
  const { identity } = layout;
  const fields = readIssuerFile(layout, identity);
  if (fields === null) return null;
  const change = fields.objectOrNull('change');
  return {
    facts: factsOf(fields, identity),
    change: change === null ? null : changeOf(change, identity),
    copied: fields.objects('copied').map(copy => ({
      name: copy.text('name'),
      generation: copy.text('generation'),
    })),
  };
}

/** Durable on return. */
export async function writeHostRecord(
  disk: Disk,
  { identity }: Pick<Layout, 'identity'>,
  { facts, change, copied }: HostRecord,
): Promise<void> {
  const fields = { facts, change: change === null ? null : changeDocument(change), copied };
  await replaceState(disk, identity, fields, 0o600);
}

function changeDocument({ cause, changedAt, renewAt, phase, facts }: HostChange) {
  return { cause, changed_at: toRfc3339(changedAt), renew_at: toRfc3339(renewAt), phase, facts };
}

function changeOf(fields: Fields, where: string): HostChange {
  const cause = fields.objectOrNull('cause');
  return {
    cause: cause === null ? null : causeOf(cause, where),
    changedAt: fields.instant('changed_at'),
    renewAt: fields.instant('renew_at'),
    phase: oneOf(['waiting', 'clearing', 'replacing'], fields, 'phase', where),
    facts: factsOf(fields, where),
  };
}

function causeOf(fields: Fields, where: string): HostCause {
  const source = oneOf(identitySources, fields, 'source', where);
  return { source, from: fields.text('from'), to: fields.text('to') };
}

function factsOf(fields: Fields, where: string): readonly HostFact[] {
  return fields.objects('facts').map(fact => ({
    source: oneOf(identitySources, fact, 'source', where),
    file: fact.text('file'),
    value: fact.text('value'),
  }));
}

function oneOf<Word extends string>(
  words: readonly Word[],
  fields: Fields,
  key: string,
  where: string,
): Word {
  const found = fields.text(key);
  const word = words.find(known => known === found);
  if (word === undefined) throw corrupt(where, `"${key}" is none of ${words.join(', ')}`);
  return word;
}
