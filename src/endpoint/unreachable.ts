import { CertdError } from '../core/errors.ts';
import { plainText } from '../core/text/plain-text.ts';

/** No handshake comes about, and why, in words. */
export function unreachable(detail: string): CertdError {
  return new CertdError('endpoint-unreachable', detail);
}

const mostCharacters = 100;

/** What the other side said, as far as a person needs it: it may be anything. */
export function quoted(text: string): string {
  const plain = plainText(text);
  return JSON.stringify(plain.length > mostCharacters ? `${plain.slice(0, mostCharacters)}…` : plain);
}
