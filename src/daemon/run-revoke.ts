import type { Config } from '../config/config.ts';
import { pickNamed } from '../core/pick-named.ts';
import { withdrawalOf } from '../core/revoke/revocation.ts';
import type { RevokeWish } from '../core/revoke/revoke-wish.ts';
import type { PassParts } from '../pass/pass-parts.ts';
import { revoke } from '../pass/revoke.ts';
import { type PassAnswer, runPass } from './run-pass.ts';

/** What became of a revocation, as the control socket answers it and `certd revoke` prints it. */
export type RevokeAnswer = {
  readonly name: string;
  readonly generation: string;
  readonly reason: string;
  /** Whose key the CA took for it; null where it has not confirmed. */
  readonly signed_by: 'account' | 'certificate' | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** The pass that replaces it, or why there was none. */
  readonly replacement: PassAnswer | 'not-wanted' | 'not-newest' | 'not-configured';
};

/**
 * Revokes a generation and replaces it at once. Throws what `revoke` throws, and `usage` for a name that neither the
 * configuration nor the disk has.
 */
export async function runRevoke(config: Config, parts: PassParts, wish: RevokeWish): Promise<RevokeAnswer> {
  const onDisk = parts.world.names().map(name => ({ name }));
  const isConfigured = config.certificates.some(({ name }) => name === wish.name);
  if (!isConfigured) pickNamed([...config.certificates, ...onDisk], [wish.name]);
  const { generation, signedBy, error } = await revoke(wish, parts);
  return {
    name: wish.name,
    generation,
    reason: wish.reason,
    signed_by: signedBy,
    error: error === null ? null : { code: error.code, message: error.message },
    replacement: isConfigured ? await replace(config, parts, wish) : 'not-configured',
  };
}

async function replace(
  config: Config,
  parts: PassParts,
  { name, replace: isWanted }: RevokeWish,
): Promise<RevokeAnswer['replacement']> {
  const seen = parts.world.look(name);
  const newest = seen.issued.at(-1);
  if (newest === undefined || withdrawalOf(newest, seen) === null) return 'not-newest';
  return isWanted ? runPass(config, parts, { names: [name], asked: 'named' }) : 'not-wanted';
}
