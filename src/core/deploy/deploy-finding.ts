import type { Endpoint, ServedRecord, ServedState } from '../endpoint.ts';
import type { ServedBefore } from './deploy-model.ts';
import { gotWorse, type Presented, servedState } from './presented.ts';
import { recordAfter } from './served-record.ts';

/** What a look at an endpoint says of a deploy. */
export type Finding = {
  readonly record: ServedRecord;
  /**
   * `served`: it presents the new leaf. `worse`: the deploy has taken something from its clients. `missed`: it presents
   * another leaf, as it did before, so that the new one is in use by nobody there. `open`: neither is known.
   */
  readonly verdict: 'served' | 'worse' | 'missed' | 'open';
};

type Before = Pick<ServedBefore, 'state' | 'accepted'> | null;

/**
 * Judges one endpoint after a deploy (contract section 5). `before`: what it presented when the deploy began, null where it was
 * not looked at then. What is unreachable and was so before counts as `unverified`. One that is remote is never to blame.
 */
export function findingOf(
  endpoint: Endpoint,
  presented: Presented,
  {
    before,
    last,
    fingerprint,
    now,
  }: {
    readonly before: Before;
    /** The last record of it. */
    readonly last: ServedRecord | null;
    readonly fingerprint: string;
    readonly now: number;
  },
): Finding {
  const { state } = servedState(presented, fingerprint);
  const verdict = verdictOf(endpoint, before, state);
  const record = recordAfter(endpoint, presented, { fingerprint, before: last, now });
  const shown = state === 'unreachable' && verdict === 'open' ? 'unverified' : state;
  return { verdict, record: { ...record, state: shown, since: last?.state === shown ? last.since : now } };
}

function verdictOf({ source }: Endpoint, before: Before, after: ServedState): Finding['verdict'] {
  if (after === 'match') return 'served';
  if (source === 'remote') return 'open';
  if (before !== null && gotWorse(before, after)) return 'worse';
  return after === 'stale' ? 'missed' : 'open';
}
