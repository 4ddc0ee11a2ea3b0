import { loopTurn } from '../host/loop-turn.ts';
import type { Fault } from '../x509/fault.ts';
import { type Served, tryHandshake } from '../x509/try-handshake.ts';
import { openPassedBefore } from './passed-before.ts';
import { openTrust, type Roots } from './trust.ts';

/** What is to be served, and to whom. */
export type Candidate = Served & { readonly host: string; readonly roots: Roots };

/** Why clients would turn it away; null where they would not. Throws `roots-unusable`. */
export type ChainGate = (candidate: Candidate) => Promise<Fault | null>;

/**
 * The handshake with everything it needs. What has passed is asked about once more without another handshake.
 */
export function openChainGate(): ChainGate {
  const trustOf = openTrust();
  const passed = openPassedBefore();
  return async candidate => {
    const trust = await trustOf(candidate);
    if (passed.take(candidate, trust)) return null;
    await loopTurn();
    const fault = await tryHandshake(candidate, { host: candidate.host, trust });
    if (fault === null) passed.note(candidate, trust);
    return fault;
  };
}
