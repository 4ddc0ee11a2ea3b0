import { type HostFault, type HostRecord, ownHost } from '../host/host-change.ts';
import { asksPerson, namesToReplace } from '../host/host-duty.ts';
import { answers, causeText } from '../host/host-words.ts';
import type { Observed, Target } from '../model.ts';
import { toRfc3339 } from '../text/time-text.ts';
import { problem } from './certificate-problems.ts';
import type { Problem } from './status-document.ts';

/** That the state is another host's, and what will become of it and when; or that nobody knows whose it is. */
export function hostProblems(
  { record, fault }: { readonly record: HostRecord | null; readonly fault: HostFault | null },
  targets: readonly Target[],
  seen: (name: string) => Observed,
): readonly Problem[] {
  if (fault !== null) return [problem(fault.code, 'critical', null, fault.message, null)];
  const change = record?.change ?? null;
  if (change === null) return [];
  const copies = namesToReplace(targets, seen);
  if (change.phase === 'replacing' && copies.length === 0) return [];
  const held = targets.some(target => asksPerson(target, { ...ownHost, change }));
  const outlook = {
    waiting: held ? `nothing is ordered until somebody answers: ${answers}` : beginText(change.renewAt),
    clearing: 'its accounts and orders are being removed',
    replacing: `the accounts are new; still to get a new key: ${shortList(copies)}`,
  }[change.phase];
  const message = `${causeText(change.cause)}; ${outlook}`;
  return [problem('host-changed', 'warning', null, message, change.changedAt)];
}

function beginText(renewAt: number): string {
  return `at ${toRfc3339(renewAt)}, or before where a certificate is due, certd takes new accounts and gives every certificate a new key`;
}

const mostNamed = 3;

function shortList(names: readonly string[]): string {
  const rest = names.length - mostNamed;
  const named = names.slice(0, mostNamed).join(', ');
  return rest > 0 ? `${named} and ${rest} more` : named;
}
