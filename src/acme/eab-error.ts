import { CertdError } from '../core/errors.ts';
import { acmeNameOf } from './problem.ts';

type Binding = { readonly ca: string; readonly eab: { readonly kid: string } | null };

/** What CAs answer to a binding that they do not know, that is spent, or that is not signed by its key. */
const refusals: ReadonlySet<string> = new Set(['unauthorized', 'malformed', 'externalAccountRequired']);

/** What newAccount threw, as an error about the binding where it is about that. */
export function bindingRefused(error: unknown, { ca, eab }: Binding): unknown {
  const name = acmeNameOf(error);
  if (!(error instanceof CertdError) || name === null) return error;
  if (eab === null) return name === 'externalAccountRequired' ? eabRequired(ca, error) : error;
  if (!refusals.has(name)) return error;
  const message = `The CA ${ca} does not take the external account binding with the kid ${eab.kid}: ${error.message}`;
  return new CertdError('eab-refused', message, {
    facts: error.facts,
    problemType: error.problemType,
    cause: error,
  });
}

export function eabRequired(ca: string, cause?: CertdError): CertdError {
  const message = `The CA ${ca} wants an external account binding: set \`cas.${ca}.eab\` to { kid: …, hmac_key_file: … }.`;
  return new CertdError('eab-required', message, {
    facts: cause?.facts ?? { request: 'account' },
    problemType: cause?.problemType ?? null,
    cause,
  });
}
