import { describe, expect, it } from 'vitest';
import { objectRefusal, refusal } from '../../src/acme/problem.ts';
import { decodeProblem } from '../../src/acme/problem-document.ts';
import type { RequestKind } from '../../src/acme/request-kind.ts';
import type { ErrorCode } from '../../src/core/catalogue.ts';
import type { CertdError } from '../../src/core/errors.ts';

const now = Date.parse('2026-11-24T12:00:00Z');

function document(name: string, more: object = {}) {
  return { type: `urn:ietf:params:acme:error:${name}`, detail: 'the reason', ...more };
}

function refused(kind: RequestKind, status: number, data: unknown, headers: Record<string, string> = {}) {
  return refusal({ status, headers, data }, kind, now);
}

/** What a domain's challenge has as its error. */
function seen(...found: readonly (readonly [string, unknown])[]): CertdError {
  return objectRefusal(
    found.flatMap(([domain, data]) => {
      const problem = decodeProblem(data);
      return problem === null ? [] : [{ domain, problem }];
    }),
  );
}

/** By hand. Each type of the registry “ACME Error Types”, and Boulder’s own. */
const table: readonly {
  readonly type: string;
  readonly rfc: string;
  readonly status: number;
  readonly order: ErrorCode;
  readonly finalize: ErrorCode;
  readonly account: ErrorCode;
  readonly validation: ErrorCode;
}[] = [
  row('accountDoesNotExist', '8555', 400, 'account-refused', 'account-refused', 'account-refused'),
  row('alreadyRevoked', '8555', 400, 'ca-refused', 'ca-refused', 'ca-refused'),
  row('badCSR', '8555', 400, 'csr-refused', 'csr-refused', 'csr-refused', 'csr-refused'),
  row('badNonce', '8555', 400, 'ca-error', 'ca-error', 'ca-error'),
  row('badPublicKey', '8555', 400, 'csr-refused', 'csr-refused', 'account-refused', 'csr-refused'),
  row('badRevocationReason', '8555', 400, 'ca-refused', 'ca-refused', 'ca-refused'),
  row('badSignatureAlgorithm', '8555', 400, 'account-refused', 'account-refused', 'account-refused'),
  row('caa', '8555', 403, 'caa-forbids', 'caa-forbids', 'caa-forbids', 'caa-forbids'),
  row('connection', '8555', 400, 'validation-failed', 'validation-failed', 'validation-failed'),
  row('dns', '8555', 400, 'validation-failed', 'validation-failed', 'validation-failed'),
  row('externalAccountRequired', '8555', 403, 'account-refused', 'account-refused', 'account-refused'),
  row('incorrectResponse', '8555', 403, 'validation-failed', 'validation-failed', 'validation-failed'),
  row('invalidContact', '8555', 400, 'account-refused', 'account-refused', 'account-refused'),
  row('malformed', '8555', 400, 'ca-refused', 'ca-refused', 'ca-refused'),
  row('orderNotReady', '8555', 403, 'ca-refused', 'ca-refused', 'ca-refused'),
  row('rateLimited', '8555', 429, 'rate-limited', 'rate-limited', 'rate-limited'),
  row(
    'rejectedIdentifier',
    '8555',
    400,
    'identifier-rejected',
    'identifier-rejected',
    'identifier-rejected',
    'identifier-rejected',
  ),
  row('serverInternal', '8555', 500, 'ca-error', 'ca-error', 'ca-error'),
  row('tls', '8555', 400, 'validation-failed', 'validation-failed', 'validation-failed'),
  row('unauthorized', '8555', 403, 'account-refused', 'ca-refused', 'account-refused'),
  row('unsupportedContact', '8555', 400, 'account-refused', 'account-refused', 'account-refused'),
  row(
    'unsupportedIdentifier',
    '8555, 8738',
    400,
    'identifier-rejected',
    'identifier-rejected',
    'identifier-rejected',
    'identifier-rejected',
  ),
  row('userActionRequired', '8555', 403, 'account-refused', 'account-refused', 'account-refused'),
  row('alreadyReplaced', '9773', 409, 'ca-refused', 'ca-refused', 'ca-refused'),
  row(
    'invalidProfile',
    'draft-ietf-acme-profiles',
    400,
    'profile-unavailable',
    'profile-unavailable',
    'profile-unavailable',
  ),
  row('onionCAARequired', '9799', 403, 'ca-refused', 'ca-refused', 'ca-refused'),
  row('unknownDelegation', '9115', 400, 'ca-refused', 'ca-refused', 'ca-refused'),
  row('autoRenewalCanceled', '8739', 403, 'ca-refused', 'ca-refused', 'ca-refused'),
  row('autoRenewalExpired', '8739', 403, 'ca-refused', 'ca-refused', 'ca-refused'),
  row('autoRenewalCancellationInvalid', '8739', 400, 'ca-refused', 'ca-refused', 'ca-refused'),
  row('autoRenewalRevocationNotSupported', '8739', 403, 'ca-refused', 'ca-refused', 'ca-refused'),
  row('conflict', 'Boulder', 409, 'ca-refused', 'ca-refused', 'ca-refused'),
  row('neverHeardOf', 'none', 400, 'ca-refused', 'ca-refused', 'ca-refused'),
];

function row(
  type: string,
  rfc: string,
  status: number,
  order: ErrorCode,
  finalize: ErrorCode,
  account: ErrorCode,
  validation: ErrorCode = 'validation-failed',
) {
  return { type, rfc, status, order, finalize, account, validation };
}

describe('what a type of problem means', () => {
  it.each(table)('$type (RFC $rfc)', ({ type, status, order, finalize, account, validation }) => {
    const at = (kind: RequestKind) => refused(kind, status, document(type)).code;
    expect([at('order'), at('finalize'), at('account')]).toEqual([order, finalize, account]);
    expect(seen(['a.example', document(type)]).code).toBe(validation);
  });

  it.each<[ErrorCode, string]>([
    ['account-refused', 'daily'],
    ['ca-refused', 'daily'],
    ['csr-refused', 'daily'],
    ['caa-forbids', 'daily'],
    ['identifier-rejected', 'daily'],
    ['identifier-paused', 'daily'],
    ['profile-unavailable', 'daily'],
    ['ca-error', 'back-off'],
    ['validation-failed', 'back-off'],
    ['rate-limited', 'not-before'],
  ])('%s is tried again: %s', (code, retry) => {
    const found = [
      ...table.flatMap(({ type, status }) => refused('order', status, document(type))),
      paused(429),
    ];
    const all = [...found, refused('finalize', 403, document('unauthorized'))];
    expect(all.find(error => error.code === code)?.retry).toBe(retry);
  });

  it('compound is what its first subproblem is', () => {
    const subproblems = [
      document('caa', { identifier: { type: 'dns', value: 'a.example' } }),
      document('dns'),
    ];
    expect(refused('order', 403, document('compound', { subproblems })).code).toBe('caa-forbids');
    expect(refused('order', 403, document('compound')).code).toBe('ca-refused');
  });

  it('an internal error of the CA is one whatever the status', () => {
    expect(refused('order', 403, document('serverInternal')).code).toBe('ca-error');
  });
});

const portal = `https://portal.letsencrypt.org/sfe/v1/unpause?jwt=${'eyJhbGciOiJIUzI1NiJ9'}.${'x'.repeat(3000)}.end_-Z`;

/** As Boulder says it (wfe2/wfe.go). */
function paused(status: number, url = portal, headers: Record<string, string> = {}): CertdError {
  const detail = `Your account is temporarily prevented from requesting certificates for a.example, b.example and possibly others. Please visit: ${url}`;
  return refused('order', status, document('rateLimited', { detail }), headers);
}

describe('an account that is paused for a domain', () => {
  it.each([429, 403])('is told with the whole address where a person lets it go on (HTTP %d)', status => {
    const error = paused(status);
    expect(error).toMatchObject({ code: 'identifier-paused', retry: 'daily', notBefore: null });
    expect(error.message).toBe(
      `The CA refused the order: Your account is temporarily prevented from requesting certificates for a.example, b.example and possibly others. (rateLimited) See ${portal}`,
    );
  });

  it('is not asked for before the time that the CA names', () => {
    expect(paused(429, portal, { 'retry-after': '3600' }).notBefore).toBe(now + 3_600_000);
  });

  it('is known by the words, too, and by an address without them', () => {
    expect(paused(429, '').code).toBe('identifier-paused');
    const detail = `Paused: ${portal}`;
    expect(refused('order', 403, document('unauthorized', { detail })).code).toBe('identifier-paused');
  });

  it('keeps the address where many names come before it, and none without an end', () => {
    const names = Array.from({ length: 100 }, (_, n) => `host-${n}.example`).join(', ');
    const detail = `Your account is temporarily prevented from requesting certificates for ${names} and possibly others. Please visit: ${portal}`;
    const { message } = refused('order', 429, document('rateLimited', { detail }));
    expect(message).toContain(` See ${portal}`);
    expect(paused(429, `${portal}${'y'.repeat(40_000)}`).message.length).toBeLessThan(700);
  });

  it('has no address that a terminal would obey', () => {
    const { message } = paused(429, 'https://portal.example/unpause?jwt=a\u001b[2J\u202eb');
    expect([message.includes('\u001b'), message.includes('\u202e')]).toEqual([false, false]);
  });
});

describe('a rate limit', () => {
  const link =
    '<https://acme.example/directory>;rel="index", <https://letsencrypt.org/docs/rate-limits>;rel="help"';

  it('says which limit in the CA’s words, with the place that they name', () => {
    const detail =
      'too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s, retry after 2026-11-26 10:00:00 UTC: see https://letsencrypt.org/docs/rate-limits/#new-certificates-per-exact-set-of-identifiers';
    const error = refused('order', 429, document('rateLimited', { detail }), {
      link,
      'retry-after': '165600',
    });
    expect(error).toMatchObject({
      code: 'rate-limited',
      message: `The CA refused the order: ${detail} (rateLimited)`,
      notBefore: Date.parse('2026-11-26T10:00:00Z'),
    });
  });

  it('names the place of the Link where the words name none', () => {
    expect(refused('order', 429, document('rateLimited'), { link }).message).toBe(
      'The CA refused the order: the reason (rateLimited) It is explained at https://letsencrypt.org/docs/rate-limits',
    );
  });
});

const about = (domain: string, more: object = {}) => ({
  ...document('rejectedIdentifier'),
  identifier: { type: 'dns', value: domain },
  ...more,
});

describe('rejected domains', () => {
  it('are named, each with its reason, and no other', () => {
    const subproblems = [
      about('b.example', { detail: 'Forbidden by policy' }),
      about('c.example', { detail: 'Invalid TLD' }),
      about('d.example', { detail: 'Forbidden by policy' }),
    ];
    const error = refused(
      'order',
      400,
      document('rejectedIdentifier', { detail: 'Some problems', subproblems }),
    );
    expect(error).toMatchObject({
      code: 'identifier-rejected',
      message:
        'The CA refused the order: Some problems (rejectedIdentifier); b.example, d.example: Forbidden by policy (rejectedIdentifier); c.example: Invalid TLD (rejectedIdentifier)',
      facts: { domains: 'b.example c.example d.example' },
    });
  });

  it('are all named, however many', () => {
    const domains = Array.from({ length: 100 }, (_, n) => `host-${n}.${'long.'.repeat(20)}example`);
    const error = refused(
      'order',
      400,
      document('compound', { subproblems: domains.map(name => about(name)) }),
    );
    for (const domain of domains)
      expect(error.message).toContain(`${domain}${domain === domains.at(-1) ? ':' : ','}`);
  });

  it('is one fact where it is one', () => {
    const error = refused(
      'order',
      400,
      document('rejectedIdentifier', { subproblems: [about('b.example')] }),
    );
    expect(error.facts).toEqual({ status: 400, request: 'order', domain: 'b.example' });
  });
});

describe('several domains that could not be validated', () => {
  it('keep the CA’s words, each its own', () => {
    const error = seen(
      ['a.example', document('connection', { detail: 'Timeout during connect' })],
      ['b.example', document('dns', { detail: 'SERVFAIL looking up A' })],
      ['c.example', document('unauthorized', { detail: `Invalid response: ${'<html>'.repeat(30)}` })],
    );
    expect(error).toMatchObject({ code: 'validation-failed', retry: 'back-off' });
    expect(error.message).toBe(
      `a.example: Timeout during connect (connection); b.example: SERVFAIL looking up A (dns); c.example: Invalid response: ${'<html>'.repeat(30)} (unauthorized)`,
    );
    expect(error.facts).toEqual({ domains: 'a.example b.example c.example' });
  });

  it('take a person where one of them does', () => {
    expect(seen(['a.example', document('connection')], ['b.example', document('caa')])).toMatchObject({
      code: 'caa-forbids',
      retry: 'daily',
      problemType: 'urn:ietf:params:acme:error:caa',
      message: 'a.example: the reason (connection); b.example: the reason (caa)',
    });
  });
});
