import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isErrorCode } from '../../src/core/catalogue.ts';
import { asCertdError, CertdError, logFields, systemErrorOf } from '../../src/core/errors.ts';

/** As Node throws it. */
function systemError(code: string, syscall = 'open', path?: string): Error {
  return Object.assign(new Error(`${code}: words of Node`), { code, syscall, ...(path && { path }) });
}

it('an error of ours stays the same object', () => {
  const error = new CertdError('locked', 'taken');
  expect(asCertdError(error)).toBe(error);
});

it('carries code, facts, the moment before which nothing is tried, and the CA’s problem type', () => {
  const cause = new Error('below');
  const error = new CertdError('rate-limited', 'too many', {
    facts: { status: 429 },
    notBefore: 5,
    problemType: 'urn:ietf:params:acme:error:rateLimited',
    cause,
  });
  expect(error).toMatchObject({ name: 'CertdError', code: 'rate-limited', message: 'too many', cause });
  expect(error).toMatchObject({ facts: { status: 429 }, notBefore: 5, retry: 'not-before' });
  expect(error.problemType).toBe('urn:ietf:params:acme:error:rateLimited');
});

it('has nulls and no cause where nothing more is known', () => {
  const error = new CertdError('ca-error', 'no');
  expect(error).toMatchObject({ facts: {}, notBefore: null, problemType: null, retry: 'back-off' });
  expect('cause' in error).toBe(false);
});

it.each([
  ['ENOSPC', 'disk-full'],
  ['EDQUOT', 'disk-full'],
  ['EACCES', 'permission-denied'],
  ['EPERM', 'permission-denied'],
  ['EROFS', 'permission-denied'],
  ['EIO', 'disk-failed'],
  ['ENOENT', 'disk-failed'],
  ['EMFILE', 'disk-failed'],
])('%s of the system becomes %s with call and path', (errno, code) => {
  const thrown = systemError(errno, 'write', '/var/x');
  expect(asCertdError(thrown)).toMatchObject({
    code,
    message: `write failed with ${errno}: /var/x`,
    facts: { errno, path: '/var/x' },
    cause: thrown,
  });
});

it('names no path where the system gave none', () => {
  expect(asCertdError(systemError('ENOSPC', 'fsync'))).toMatchObject({
    message: 'fsync failed with ENOSPC',
    facts: { errno: 'ENOSPC', path: null },
  });
});

it('reads what Node really throws', () => {
  expect(() => readFileSync('/nonexistent/x')).toThrow(
    expect.toSatisfy(thrown => asCertdError(thrown).message === 'open failed with ENOENT: /nonexistent/x'),
  );
});

it.each([
  ['an error without a system call', new TypeError('x is no function'), 'x is no function'],
  ['an error with a code of another kind', Object.assign(new Error('odd'), { code: 7, syscall: 'x' }), 'odd'],
  ['an error with a call of another kind', Object.assign(new Error('odd'), { code: 'E', syscall: 1 }), 'odd'],
  ['a text', 'boom', 'boom'],
  ['nothing', undefined, 'something that is no error was thrown: undefined'],
  ['what has no text at all', Object.create(null), 'something that is no error was thrown: object'],
])('%s is an internal error', (_sentence, thrown, message) => {
  const error = asCertdError(thrown);
  expect(error).toMatchObject({ code: 'internal-error', message });
  expect(error.cause).toBe(thrown);
});

it('a plain object is no system error, whatever it has', () => {
  expect(systemErrorOf({ code: 'ENOENT', syscall: 'open' })).toBeNull();
  expect(systemErrorOf(systemError('ENOENT', 'open', '/x'))).toEqual({
    code: 'ENOENT',
    syscall: 'open',
    path: '/x',
  });
});

it('an error is logged by its code, its facts and its words', () => {
  const error = new CertdError('ca-error', 'the CA is down', { facts: { status: 503 } });
  expect(logFields(error)).toEqual({ code: 'ca-error', status: 503, reason: 'the CA is down' });
});

it('knows its own codes, and no name that every object has', () => {
  expect(['hook-failed', 'hook-fialed', 'toString'].map(isErrorCode)).toEqual([true, false, false]);
});
