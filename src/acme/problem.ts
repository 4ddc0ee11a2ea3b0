import type { ErrorCode } from '../core/catalogue.ts';
import { CertdError } from '../core/errors.ts';
import type { Instant, Millis } from '../core/model.ts';
import type { Answer } from './answer.ts';
import { linkTargets } from './links.ts';
import { decodeProblem, isAcmeProblem, type Problem } from './problem-document.ts';
import type { RequestKind } from './request-kind.ts';
import { retryAfterMs } from './retry-after.ts';
import { safeText } from './text.ts';

const hour = 60 * 60 * 1000;
const day = 24 * hour;
// Let's Encrypt's longest limits refill within a week; nothing a CA says puts a certificate to sleep for longer.
const longestRateLimit = 7 * day;
// Of requests that no account signs: RFC 9773 §4.3 would have the window looked at twice a day.
const longestUnsignedLimit = day;

/** An answer that is not a success as an error of the catalogue (RFC 8555 §6.7). */
export function refusal(answer: Answer, kind: RequestKind, now: Instant): CertdError {
  const problem = decodeProblem(answer.data);
  const wait = retryAfterMs(answer.headers['retry-after'], now);
  const code = codeOf(answer.status, problem, kind);
  const words =
    problem === null
      ? `HTTP ${answer.status} without a problem document`
      : wordsOf(problem) + termsText(answer, problem);
  return new CertdError(code, safeText(`The CA refused ${objects[kind]}: ${words}`), {
    facts: { status: answer.status, request: kind },
    notBefore: notBefore(code, wait, kind, now),
    problemType: problem?.type ?? null,
  });
}

/** Whether the CA refused a request of this kind itself, not one that had to come before it. */
export function isRefusalOf(kind: RequestKind, error: unknown): error is CertdError {
  return error instanceof CertdError && error.facts['request'] === kind;
}

/** Problems found inside an order or its authorizations, by domain, as one error. */
export function objectRefusal(problems: readonly { domain: string | null; problem: Problem }[]): CertdError {
  const [first] = problems;
  if (first === undefined)
    return new CertdError('order-gone', 'The CA made the order invalid and gave no reason.');
  const words = problems.map(({ domain, problem }) => `${domain ?? 'order'}: ${wordsOf(problem)}`);
  return new CertdError(validationCode(first.problem), safeText(words.join('; ')), {
    facts: { domain: first.domain },
    problemType: first.problem.type,
  });
}

/** The problem's own name, or for `compound` that of the first subproblem (§6.7.1). */
export function leadingName(problem: Problem): string {
  const [first] = problem.subproblems;
  return problem.name === 'compound' && first !== undefined ? first.name : problem.name;
}

const objects: Record<RequestKind, string> = {
  directory: 'the directory',
  nonce: 'a nonce',
  account: 'the account',
  order: 'the order',
  authorization: 'to show an authorization',
  challenge: 'the challenge',
  finalize: 'the certificate request',
  certificate: 'the certificate',
  revocation: 'to revoke the certificate',
  'renewal-info': 'the renewal information',
};

const codes: ReadonlyMap<string, ErrorCode> = new Map([
  ['accountDoesNotExist', 'account-refused'],
  ['userActionRequired', 'account-refused'],
  ['externalAccountRequired', 'account-refused'],
  ['invalidContact', 'account-refused'],
  ['unsupportedContact', 'account-refused'],
  ['rejectedIdentifier', 'identifier-rejected'],
  ['unsupportedIdentifier', 'identifier-rejected'],
  ['caa', 'caa-forbids'],
  ['invalidProfile', 'profile-unavailable'],
  ['badCSR', 'csr-refused'],
  ['badPublicKey', 'csr-refused'],
  // Every nonce was refused, again and again: the CA is in trouble, not the request.
  ['badNonce', 'ca-error'],
]);

function codeOf(status: number, problem: Problem | null, kind: RequestKind): ErrorCode {
  const name = problem === null ? '' : leadingName(problem);
  if (status === 429 || name === 'rateLimited') return 'rate-limited';
  if (status >= 500) return 'ca-error';
  // A redirect that is not followed, an HTML page of a proxy: no ACME server answered.
  if (problem === null || (status === 404 && !isAcmeProblem(problem))) return 'ca-malformed';
  // Every CA has these two for everybody: a refusal is no word about an account or an order.
  if (kind === 'directory' || kind === 'nonce') return 'ca-malformed';
  // The order named the address: what a replica does not know yet is no refusal.
  if (status === 404 && (kind === 'challenge' || kind === 'finalize')) return 'ca-error';
  return isAccountRefusal(name, kind) ? 'account-refused' : (codes.get(name) ?? 'ca-refused');
}

function isAccountRefusal(name: string, kind: RequestKind): boolean {
  if (name === 'unauthorized') return kind === 'account' || kind === 'order';
  return name === 'badPublicKey' && kind === 'account';
}

function validationCode(problem: Problem): ErrorCode {
  const name = leadingName(problem);
  const code = codes.get(name);
  return code === 'identifier-rejected' || code === 'caa-forbids' || code === 'csr-refused'
    ? code
    : 'validation-failed';
}

/** A wait of 0, or until a moment that is past, is no word: taken at it, certd would come back at every tick. */
function notBefore(code: ErrorCode, wait: Millis | null, kind: RequestKind, now: Instant): Instant | null {
  const asked = wait === 0 ? null : wait;
  if (code === 'rate-limited') {
    const isUnsigned = kind === 'directory' || kind === 'nonce' || kind === 'renewal-info';
    return now + Math.min(asked ?? hour, isUnsigned ? longestUnsignedLimit : longestRateLimit);
  }
  return code === 'ca-error' && asked !== null ? now + Math.min(asked, day) : null;
}

/** Of new terms the CA gives the place in a Link (RFC 8555 §7.3.3), beside the `instance` where a person agrees. */
function termsText(answer: Answer, problem: Problem): string {
  if (leadingName(problem) !== 'userActionRequired') return '';
  const [terms] = linkTargets(answer.headers['link'], 'terms-of-service');
  return terms === undefined ? '' : ` The terms are at ${terms}`;
}

function wordsOf(problem: Problem): string {
  const subproblems = problem.subproblems.map(
    sub => `${sub.domain ?? 'another'}: ${sub.detail} (${sub.name})`,
  );
  const place = problem.instance === null ? '' : ` See ${problem.instance}`;
  return [`${problem.detail} (${problem.name})${place}`, ...subproblems].join('; ');
}
