import type { ErrorCode } from '../catalogue.ts';
import type { Instant, Millis } from '../instant.ts';
import { holds } from '../issue/backoff.ts';
import { compareHosts, type HostFact, type IdentitySource, mergedFacts } from './host-identity.ts';

const hour: Millis = 3_600_000;

/** Copies of one host that start together go to their CA spread over so long. */
const longestSpread: Millis = 6 * hour;

/** That the state is another host's, or is to be treated so, and how far certd is with it (docs/state.md section 13). */
export type HostChange = {
  /** What says so; null where a person asked for new accounts and keys. */
  readonly cause: HostCause | null;
  readonly changedAt: Instant;
  /** Drawn once: when certd begins by itself. */
  readonly renewAt: Instant;
  /** Nothing is touched yet; accounts and orders are being removed; certificates are being issued anew. */
  readonly phase: 'waiting' | 'clearing' | 'replacing';
  /** What the host says that the change leads to. */
  readonly facts: readonly HostFact[];
};

export type HostCause = {
  readonly source: IdentitySource;
  readonly from: string;
  readonly to: string;
};

/** `issuer/identity.json`. */
export type HostRecord = {
  /** Of the host whose accounts and keys these are. */
  readonly facts: readonly HostFact[];
  readonly change: HostChange | null;
  /** Generations whose key another host has, or that are to be replaced as if it had: the newest of each name then. */
  readonly copied: readonly { readonly name: string; readonly generation: string }[];
};

/** What all this means for one name. */
export type HostSeen = {
  readonly change: HostChange | null;
  /** The generation of this name that is a copy; null where none is. */
  readonly copied: string | null;
  /** The record cannot be used: whose account it is nobody knows, so that nothing is ordered with it. */
  readonly fault: HostFault | null;
};

export type HostFault = { readonly code: ErrorCode; readonly message: string };

export const ownHost: HostSeen = { change: null, copied: null, fault: null };

export type HostNews = 'first' | 'more' | 'changed' | 'changed-back';

type Moment = {
  readonly now: Instant;
  /** Uniform in [0, 1). */
  readonly draw: number;
  /** What is left of the certificate that ends first; null without one. */
  readonly shortestLeft: Millis | null;
};

/** The record after a look at what the host says, and what is new about it; null where nothing is. */
export function recordAfterLook(
  record: HostRecord | null,
  current: readonly HostFact[],
  moment: Moment,
): { readonly record: HostRecord; readonly news: HostNews } | null {
  const before = record ?? { facts: [], change: null, copied: [] };
  const { change } = before;
  if (change === null || change.phase === 'replacing') return afterLook(before, current, moment);
  // Nothing was touched yet, and it is the host again that it was.
  if (change.phase === 'waiting' && compareHosts(before.facts, current).kind === 'same') {
    return { record: { ...before, change: null }, news: 'changed-back' };
  }
  const found = compareHosts(change.facts, current);
  if (found.kind !== 'changed') return null;
  const next = changeOf(found, current, moment);
  // What has begun is ended, here too.
  const begun: HostChange = { ...next, phase: change.phase };
  return { record: { ...before, change: begun }, news: 'changed' };
}

function afterLook(
  before: HostRecord,
  current: readonly HostFact[],
  moment: Moment,
): { readonly record: HostRecord; readonly news: HostNews } | null {
  const found = compareHosts(before.facts, current);
  switch (found.kind) {
    case 'unknown':
      return null;
    case 'first':
      return { record: { ...before, facts: current }, news: 'first' };
    case 'changed':
      return { record: { ...before, change: changeOf(found, current, moment) }, news: 'changed' };
    case 'same': {
      const facts = mergedFacts(before.facts, current);
      const isKnown = textOf(facts) === textOf(before.facts);
      return isKnown ? null : { record: { ...before, facts }, news: 'more' };
    }
  }
}

function textOf(facts: readonly HostFact[]): string {
  return facts.map(({ file, value }) => `${file} ${value}`).join('\n');
}

function changeOf(
  { from, to }: { readonly from: HostFact; readonly to: HostFact },
  facts: readonly HostFact[],
  { now, draw, shortestLeft }: Moment,
): HostChange {
  const spread = Math.min(longestSpread, Math.max(0, shortestLeft ?? longestSpread * 10) / 10);
  const cause = { source: to.source, from: from.value, to: to.value };
  return {
    cause,
    changedAt: now,
    renewAt: now + Math.floor(spread * draw),
    phase: 'waiting',
    facts,
  };
}

/** Accounts and orders on disk are another host's still: none of them is to be used. */
export function isUntouched(change: HostChange | null): change is HostChange {
  return change !== null && change.phase !== 'replacing';
}

export type Changed = HostRecord & { readonly change: HostChange };

/** The record with a change that is to be carried out before any account is used; null where there is none. */
export function untouched(record: HostRecord | null): Changed | null {
  return record !== null && isUntouched(record.change) ? { ...record, change: record.change } : null;
}

/** The removal begins, and is ended whatever happens. */
export function clearing(record: Changed, now: Instant): Changed {
  const { change } = record;
  return { ...record, change: { ...change, renewAt: Math.min(change.renewAt, now), phase: 'clearing' } };
}

/** A person asked for new accounts and keys: at once. */
export function asked(record: HostRecord | null, now: Instant): Changed {
  const { facts = [], change = null, copied = [] } = record ?? {};
  const fresh = { cause: null, changedAt: now, renewAt: now, phase: 'waiting', facts } as const;
  const wish = isUntouched(change) ? change : fresh;
  return clearing({ facts, change: wish, copied }, now);
}

/** The copies are gone, but for these generations. */
export function cleared({ change }: Changed, copied: HostRecord['copied']): HostRecord {
  return { facts: change.facts, change: { ...change, phase: 'replacing' }, copied };
}

/** It is the same host after all: what it says now is what counts, and nothing else changes. */
export function kept({ change }: Changed): HostRecord {
  return { facts: change.facts, change: null, copied: [] };
}

/** Every certificate that is wanted was issued anew. `remaining`: copies of others, which may come to be wanted again. */
export function afterIssues({ facts }: HostRecord, remaining: HostRecord['copied']): HostRecord {
  return { facts, change: null, copied: remaining };
}

export function hostSeen(record: HostRecord | null, name: string): HostSeen {
  if (record === null) return ownHost;
  const copied = record.copied.find(copy => copy.name === name)?.generation ?? null;
  return { change: record.change, copied, fault: null };
}

/** Whether the account and the newest generation are to be replaced now because they are another host's. */
export function isCopyDue({ change, copied }: HostSeen, newest: string, now: Instant): boolean {
  if (isUntouched(change)) {
    // A moment further ahead was written by a clock that ran ahead.
    return change.phase === 'clearing' || !holds(change.renewAt, now, 2 * longestSpread);
  }
  return copied === newest;
}
