import { asksPerson } from '../core/host/host-duty.ts';
import { answers, causeText } from '../core/host/host-words.ts';
import type { Look } from '../core/issue/due.ts';
import { curedLines } from './why-deploy.ts';
import { when } from './why-words.ts';

/** Whose accounts and keys these are, where they are not this host's. */
export function hostLines({ target, seen, now }: Look): readonly string[] {
  const { change, fault } = seen.host;
  if (fault !== null) return curedLines(fault.code, fault.message);
  const newest = seen.issued.at(-1)?.id ?? null;
  const copied = seen.host.copied === newest ? newest : null;
  if (change === null) return copied === null ? [] : [`the key of ${copied} is another host's`];
  const cause = `${causeText(change.cause)}, since ${when(change.changedAt, now)}`;
  if (asksPerson(target, seen.host)) return [cause, `nothing is ordered until somebody answers: ${answers}`];
  switch (change.phase) {
    case 'waiting':
      return [cause, `drawn for new accounts and keys: ${when(change.renewAt, now)}`];
    case 'clearing':
      return [cause, 'its accounts and orders are being removed'];
    case 'replacing':
      return [
        cause,
        copied === null ? 'the account is new' : `the account is new; the key of ${copied} is not`,
      ];
  }
}
