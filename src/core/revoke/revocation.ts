import type { Instant, Millis } from '../instant.ts';
import { holds } from '../issue/backoff.ts';
import type { Generation, Leaf, Observed, Revocation } from '../model.ts';

type Revoked = Pick<Observed, 'revoked'>;

/**
 * Why a generation must not be used any more: it was revoked itself, or another one of the same key was for a key
 * that somebody else has. Null for one that is good. From the moment at which the CA was asked, since nobody knows
 * what became of a request whose answer is missing.
 */
export function withdrawalOf(
  { id, leaf }: Pick<Generation, 'id' | 'leaf'>,
  seen: Revoked,
): Revocation | null {
  return seen.revoked.find(({ generation }) => generation === id) ?? compromise(leaf, seen);
}

/** The revocation that says that the leaf's key is compromised: such a key is never used again. */
export function compromise({ keySha256 }: Pick<Leaf, 'keySha256'>, { revoked }: Revoked): Revocation | null {
  return revoked.find(entry => entry.keySha256 === keySha256 && saysCompromised(entry)) ?? null;
}

/** Whoever signs a revocation by the certificate's key has that key: Let's Encrypt blocks it then, whatever the reason. */
function saysCompromised({ reason, signedBy }: Revocation): boolean {
  return reason === 'keyCompromise' || signedBy === 'certificate';
}

const hour: Millis = 3_600_000;

/** The revocation that the CA has not confirmed and is asked about next, and when: an hour after the last time. */
export function nextRevocation(
  { revoked, issued }: Pick<Observed, 'revoked' | 'issued'>,
  now: Instant,
): { readonly revocation: Revocation; readonly at: Instant } | null {
  const open = revoked.filter(
    ({ confirmedAt, generation }) => confirmedAt === null && issued.some(({ id }) => id === generation),
  );
  const [first] = open.toSorted((a, b) => a.askedAt - b.askedAt);
  if (first === undefined) return null;
  const at = first.askedAt + hour;
  return { revocation: first, at: holds(at, now, 2 * hour) ? at : now };
}
