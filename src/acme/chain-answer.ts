import { CertdError } from '../core/errors.ts';
import { splitChain } from '../x509/pem.ts';

/**
 * The PEM chain that a CA sent, leaf first, in canonical form. Nothing but certificates may come down (RFC 8555 §9.1
 * warns of files that would be more than they seem): `ca-malformed`.
 */
export function chainIn(data: unknown): readonly [string, ...string[]] {
  if (typeof data !== 'string') throw new CertdError('ca-malformed', 'The CA sent no PEM chain.');
  try {
    return splitChain(data);
  } catch (error) {
    if (!(error instanceof CertdError)) throw error;
    throw new CertdError('ca-malformed', `The CA sent no PEM chain: ${error.message}`, { cause: error });
  }
}
