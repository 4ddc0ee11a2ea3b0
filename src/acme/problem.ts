import type { ErrorCode } from '../core/catalogue.ts';
import { CertdError } from '../core/errors.ts';
import type { Instant, Millis } from '../core/instant.ts';
import type { Answer } from './answer.ts';
import { refusalCode, validationCode } from './problem-code.ts';
import { decodeProblem, type Problem } from './problem-document.ts';
import { wordsByDomain, wordsOfAnswer } from './problem-words.ts';
import type { RequestKind } from './request-kind.ts';
import { retryAfterMs } from './retry-after.ts';

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
  const code = refusalCode(answer.status, problem, kind);
  const message = `The CA refused ${objects[kind]}: ${wordsOfAnswer(answer, problem)}`;
  return new CertdError(code, message, {
    facts: { status: answer.status, request: kind, ...domainFacts(problem?.subproblems ?? []) },
    notBefore: notBefore(code, wait, kind, now),
    problemType: problem?.type ?? null,
  });
}

/** Whether the CA refused a request of this kind itself, not one that had to come before it. */
export function isRefusalOf(kind: RequestKind, error: unknown): error is CertdError {
  return error instanceof CertdError && error.facts['request'] === kind;
}

/** The last part of the problem's URN, where an ACME server gave one. */
export function acmeNameOf(error: unknown): string | null {
  return error instanceof CertdError ? (error.problemType?.split(':').at(-1) ?? null) : null;
}

type Found = { readonly domain: string | null; readonly problem: Problem };

/**
 * Problems found inside an order or its authorizations, by domain, as one error. Where one of them takes a person, so
 * does the order: trying the others again helps nobody.
 */
export function objectRefusal(problems: readonly Found[]): CertdError {
  const [first] = problems;
  if (first === undefined)
    return new CertdError('order-gone', 'The CA made the order invalid and gave no reason.');
  const { problem } = problems.find(each => validationCode(each.problem) !== 'validation-failed') ?? first;
  const words = wordsByDomain(problems.map(each => ({ ...each, domain: each.domain ?? 'order' })));
  return new CertdError(validationCode(problem), words.join('; '), {
    facts: domainFacts(problems),
    problemType: problem.type,
  });
}

/** One domain by its name alone, so that a log can be searched for it. */
function domainFacts(found: readonly { readonly domain: string | null }[]): Record<string, string> {
  const domains = new Set(found.map(({ domain }) => domain).filter(domain => domain !== null));
  if (domains.size === 0) return {};
  return { [domains.size === 1 ? 'domain' : 'domains']: [...domains].join(' ') };
}

const objects: Record<RequestKind, string> = {
  directory: 'the directory',
  nonce: 'a nonce',
  account: 'the account',
  'key-change': 'the new account key',
  order: 'the order',
  authorization: 'to show an authorization',
  challenge: 'the challenge',
  finalize: 'the certificate request',
  certificate: 'the certificate',
  revocation: 'to revoke the certificate',
  'renewal-info': 'the renewal information',
};

/** A wait of 0, or until a moment that is past, is no word: taken at it, certd would come back at every tick. */
function notBefore(code: ErrorCode, wait: Millis | null, kind: RequestKind, now: Instant): Instant | null {
  const asked = wait === 0 ? null : wait;
  if (code === 'rate-limited') {
    const isUnsigned = kind === 'directory' || kind === 'nonce' || kind === 'renewal-info';
    return now + Math.min(asked ?? hour, isUnsigned ? longestUnsignedLimit : longestRateLimit);
  }
  return takesTime.has(code) && asked !== null ? now + Math.min(asked, day) : null;
}

/** Of these a Retry-After says when they may be over. */
const takesTime: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['ca-error', 'identifier-paused']);
