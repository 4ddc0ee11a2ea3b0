import { CertdError } from '../errors.ts';
import type { Generation, Observed, Revocation } from '../model.ts';

/** What `certd revoke` asks for. */
export type RevokeWish = {
  readonly name: string;
  /** Null: the one whose revocation the CA has not confirmed yet, else the newest. */
  readonly generation: string | null;
  readonly reason: Revocation['reason'];
  readonly replace: boolean;
};

/**
 * The generation that a wish is about. Throws `not-issued`, `usage` for an id that is not there, `already-revoked`.
 */
export function generationToRevoke({ name, generation: id, reason }: RevokeWish, seen: Observed): Generation {
  const unconfirmed = seen.revoked.find(({ confirmedAt }) => confirmedAt === null)?.generation;
  const known = seen.issued.find(generation => generation.id === (id ?? unconfirmed)) ?? null;
  const generation = id === null ? (known ?? seen.issued.at(-1)) : known;
  if (generation === undefined) throw new CertdError('not-issued', `${name} has no issued certificate`);
  if (generation === null) {
    const ids = seen.issued.map(each => each.id).join(', ');
    throw new CertdError('usage', `${name} has no issued generation ${id}; there are: ${ids}`);
  }
  const entry = seen.revoked.find(each => each.generation === generation.id);
  if (entry === undefined || entry.confirmedAt === null) return generation;
  // That its key is known to others may come out later, and the CA is to know it.
  if (reason === 'keyCompromise' && entry.reason !== 'keyCompromise') return generation;
  throw new CertdError(
    'already-revoked',
    `generation ${generation.id} of ${name} is revoked already (${entry.reason}); \`certd renew ${name} --force\` orders a new one`,
  );
}

/** The entries that stay beside that of `id`: all that a generation on disk still has to do with. */
export function otherRevocations({ revoked, issued, live }: Observed, id: string): readonly Revocation[] {
  const present = [...issued, ...(live === null ? [] : [live])];
  return revoked.filter(
    entry =>
      entry.generation !== id &&
      present.some(each => each.id === entry.generation || each.leaf.keySha256 === entry.keySha256),
  );
}
