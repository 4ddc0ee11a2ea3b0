import { CertdError } from '../core/errors.ts';
import type { Answer } from './answer.ts';
import { safeText } from './text.ts';

/**
 * Where the CA has put what a request to `url` made (RFC 8555 §7.3, §7.4), absolute: the header may be relative
 * to the request (RFC 9110 §10.2.2). It is written down and used for as long as the object lives, so one that
 * cannot be used is refused here: `ca-malformed`.
 */
export function locationOf({ headers }: Answer, url: string, what: string): string {
  const { location } = headers;
  if (location === undefined) throw new CertdError('ca-malformed', `The CA’s ${what} answers without a URL.`);
  const found = URL.parse(location, url);
  if (found?.protocol === 'https:') return found.href;
  throw new CertdError(
    'ca-malformed',
    safeText(`The CA’s ${what} answers with a URL that is not https: ${location}`),
  );
}
