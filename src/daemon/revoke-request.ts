import { CertdError } from '../core/errors.ts';
import { readReason } from '../core/revoke/revocation-reason.ts';
import type { RevokeWish } from '../core/revoke/revoke-wish.ts';

/** Decodes `{ "name": …, "generation": … | null, "reason": …, "replace": true | false }`. */
export function revokeRequest(body: unknown): RevokeWish {
  if (typeof body !== 'object' || body === null) throw malformed();
  const { name, generation, reason, replace }: Record<string, unknown> = { ...body };
  const known = typeof reason === 'string' ? readReason(reason) : null;
  if (typeof name !== 'string' || known === null || typeof replace !== 'boolean') throw malformed();
  if (typeof generation !== 'string' && generation !== null) throw malformed();
  return { name, generation, reason: known, replace };
}

function malformed(): CertdError {
  return new CertdError(
    'usage',
    'a revoke request has "name", "generation" or null, a "reason" of RFC 5280, and "replace" true or false',
  );
}
