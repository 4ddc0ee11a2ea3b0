import type { ErrorCode } from '../core/catalogue.ts';
import { isAcmeProblem, leadingName, type Problem } from './problem-document.ts';
import type { RequestKind } from './request-kind.ts';

/** What the types of RFC 8555 §6.7 and of the RFCs after it mean for certd, whatever was asked. */
const codes: ReadonlyMap<string, ErrorCode> = new Map([
  ['accountDoesNotExist', 'account-refused'],
  ['userActionRequired', 'account-refused'],
  ['externalAccountRequired', 'account-refused'],
  ['invalidContact', 'account-refused'],
  ['unsupportedContact', 'account-refused'],
  ['badSignatureAlgorithm', 'account-refused'],
  ['rejectedIdentifier', 'identifier-rejected'],
  ['unsupportedIdentifier', 'identifier-rejected'],
  ['caa', 'caa-forbids'],
  // Also outside of a validation: a CA looks at the DNS again before it issues.
  ['connection', 'validation-failed'],
  ['dns', 'validation-failed'],
  ['tls', 'validation-failed'],
  ['incorrectResponse', 'validation-failed'],
  ['invalidProfile', 'profile-unavailable'],
  ['badCSR', 'csr-refused'],
  ['badPublicKey', 'csr-refused'],
  ['rateLimited', 'rate-limited'],
  ['serverInternal', 'ca-error'],
  // Every nonce was refused, again and again: the CA is in trouble, not the request.
  ['badNonce', 'ca-error'],
]);

/** Of an answer that is no success. `problem`: null where it is no problem document. */
export function refusalCode(status: number, problem: Problem | null, kind: RequestKind): ErrorCode {
  if (problem !== null && isPaused(problem)) return 'identifier-paused';
  const code = problem === null ? null : (codes.get(leadingName(problem)) ?? null);
  if (status === 429 || code === 'rate-limited') return 'rate-limited';
  if (status >= 500) return 'ca-error';
  // A redirect that is not followed, an HTML page of a proxy: no ACME server answered.
  if (problem === null || (status === 404 && !isAcmeProblem(problem))) return 'ca-malformed';
  // The order named the address: what a replica does not know yet is no refusal.
  if (status === 404 && (kind === 'challenge' || kind === 'finalize')) return 'ca-error';
  return codeOfKind(leadingName(problem), kind) ?? code ?? 'ca-refused';
}

/** Where it counts what was asked. */
function codeOfKind(name: string, kind: RequestKind): ErrorCode | null {
  // Every CA has these two for everybody: a refusal is no word about an account or an order.
  if (kind === 'directory' || kind === 'nonce') return 'ca-malformed';
  if (name === 'unauthorized' && (kind === 'account' || kind === 'order')) return 'account-refused';
  return name === 'badPublicKey' && kind === 'account' ? 'account-refused' : null;
}

/** Of a problem that stands in an authorization, where the rest is what the CA saw of a domain. */
export function validationCode(problem: Problem): ErrorCode {
  const code = codes.get(leadingName(problem));
  return code !== undefined && ofTheDomain.has(code) ? code : 'validation-failed';
}

const ofTheDomain: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'identifier-rejected',
  'caa-forbids',
  'csr-refused',
]);

/** A type of its own it is not: Boulder says `rateLimited` (its `probs/probs.go`), and waiting helps nobody. */
function isPaused({ unpauseUrl, detail }: Problem): boolean {
  return unpauseUrl !== null || detail.includes('temporarily prevented from requesting certificates');
}
