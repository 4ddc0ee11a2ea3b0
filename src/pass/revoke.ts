import type { Authority } from '../config/config.ts';
import { asCertdError, CertdError, logFields } from '../core/errors.ts';
import type { Generation, Observed, Revocation } from '../core/model.ts';
import { generationToRevoke, otherRevocations, type RevokeWish } from '../core/revoke/revoke-wish.ts';
import { readIssuedPair } from '../store/generation.ts';
import { readRevocations, writeRevocations } from '../store/revocations.ts';
import type { HostParts } from './host-parts.ts';
import type { PassParts } from './pass-parts.ts';
import { writeJournal } from './write-journal.ts';

export type Revoked = {
  readonly generation: string;
  /** Whose key signed; null where the CA has not confirmed. */
  readonly signedBy: Revocation['signedBy'];
  /** Why nobody knows whether it is revoked, or why that could not be written down. It is asked for again. */
  readonly error: CertdError | null;
};

/**
 * Has the CA that issued a generation revoke it (docs/state.md section 8, steps 1 to 3). Throws where it is not to
 * be revoked: there is none, it is revoked already, the CA refuses. Works beside a pass over the same certificate:
 * a key that somebody else has does not wait for an order under way.
 */
export async function revoke(wish: RevokeWish, parts: PassParts): Promise<Revoked> {
  const endTurn = await parts.revocationTurns.take(wish.name);
  try {
    // Read anew: a file that cannot be read is a fault of what is seen, and must not be written over.
    const revoked = readRevocations(parts.layout, wish.name);
    const seen = { ...parts.world.look(wish.name), revoked };
    const generation = generationToRevoke(wish, seen);
    const authority = authorityOfIssue(generation, parts);
    const { cert, key } = readIssuedPair(
      parts.layout,
      parts.layout.issuedGeneration(wish.name, generation.id),
    );
    const entry = await recordWish(wish, generation, seen, parts);
    return await ask(
      { entry, authority, certificatePem: cert, keyPem: key, before: seen.revoked },
      wish,
      parts,
    );
  } finally {
    parts.world.forget(wish.name);
    endTurn();
  }
}

/** Asks the CA again about a revocation that it has not confirmed. What goes wrong is in the log, and asked again later. */
export async function askAgain(name: string, { generation, reason, replace }: Revocation, parts: PassParts) {
  const endStep = parts.beginStep(0);
  try {
    await revoke({ name, generation, reason, replace }, parts);
  } catch (thrown) {
    const error = asCertdError(thrown);
    parts.log.error({ certificate: name, generation, ...logFields(error) }, 'revocation is given up');
  } finally {
    endStep();
  }
}

/** The CA that issued, under whatever name the configuration has it now. */
function authorityOfIssue({ id, ca, directoryUrl }: Generation, { knownAuthorities }: PassParts): Authority {
  const authority = [...knownAuthorities.values()].find(each => each.directoryUrl === directoryUrl);
  if (authority !== undefined) return authority;
  throw new CertdError(
    'ca-not-configured',
    `generation ${id} was issued by the CA \`${ca}\` (${directoryUrl}), which the configuration has no longer`,
  );
}

async function recordWish(
  { name, reason, replace }: RevokeWish,
  { id, leaf }: Generation,
  seen: Observed,
  { disk, layout, clock }: HostParts,
): Promise<Revocation> {
  const now = clock.now();
  const entry: Revocation = {
    generation: id,
    keySha256: leaf.keySha256,
    reason,
    signedBy: null,
    replace,
    since: seen.revoked.find(({ generation }) => generation === id)?.since ?? now,
    askedAt: now,
    confirmedAt: null,
  };
  await writeRevocations(disk, layout.revokedOf(name), [...otherRevocations(seen, id), entry]);
  return entry;
}

type Question = {
  readonly entry: Revocation;
  readonly authority: Authority;
  readonly certificatePem: string;
  readonly keyPem: string;
  /** What stood in the file before. */
  readonly before: readonly Revocation[];
};

async function ask(
  { entry, authority, certificatePem, keyPem, before }: Question,
  { name }: RevokeWish,
  parts: PassParts,
): Promise<Revoked> {
  const { generation, reason } = entry;
  const facts = { certificate: name, generation, reason, ca: authority.name };
  let signedBy: 'account' | 'certificate';
  try {
    signedBy = await parts.issuerFor(authority).revoke({ certificatePem, keyPem, reason }, parts.signal);
  } catch (thrown) {
    const error = asCertdError(thrown);
    parts.log.error({ ...facts, ...logFields(error) }, 'certificate could not be revoked');
    if (!isRefusal(error)) return { generation, signedBy: null, error };
    const without = before.filter(each => each.generation !== generation || each.confirmedAt !== null);
    await writeRevocations(parts.disk, parts.layout.revokedOf(name), without);
    throw error;
  }
  parts.log.info({ ...facts, signedBy }, 'certificate revoked');
  const confirmed = { ...entry, signedBy, confirmedAt: parts.clock.now() };
  return { generation, signedBy, error: await recordAnswer(name, confirmed, parts) };
}

/** The CA has answered, and it will say the same again. Whatever else went wrong says nothing about the certificate. */
function isRefusal({ code }: CertdError): boolean {
  return code === 'ca-refused' || code === 'account-refused';
}

async function recordAnswer(
  name: string,
  confirmed: Revocation,
  parts: HostParts,
): Promise<CertdError | null> {
  const path = parts.layout.revokedOf(name);
  try {
    const kept = readRevocations(parts.layout, name);
    const others = kept.filter(each => each.generation !== confirmed.generation);
    await writeRevocations(parts.disk, path, [...others, confirmed]);
  } catch (thrown) {
    const error = asCertdError(thrown);
    parts.log.error({ certificate: name, ...logFields(error) }, 'outcome could not be recorded');
    return error;
  }
  const { generation, reason, signedBy } = confirmed;
  await writeJournal(
    parts.layout.issuer,
    { event: 'revoked', certificate: name, generation, reason, signedBy },
    parts,
  );
  return null;
}
