import { asCertdError, CertdError } from '../core/errors.ts';
import { effectiveUid } from './effective-uid.ts';

/** What was thrown, as an error that says who has the right where this user lacks it. */
export function withRootHint(thrown: unknown): CertdError {
  const error = asCertdError(thrown);
  // Whoever is root already lacks something else.
  if (error.code !== 'permission-denied' || effectiveUid() === 0) return error;
  return new CertdError(error.code, `${error.message}; run as root`, { cause: thrown });
}
