import { asCertdError, CertdError } from '../core/errors.ts';

/** What was thrown, as an error that says who has the right where this user lacks it. */
export function withRootHint(thrown: unknown): CertdError {
  const error = asCertdError(thrown);
  if (error.code !== 'permission-denied') return error;
  return new CertdError(error.code, `${error.message}; run as root`, { cause: thrown });
}
