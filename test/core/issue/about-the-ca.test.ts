import { expect, it } from 'vitest';
import { CertdError } from '../../../src/core/errors.ts';
import { isAboutTheCa, isOutage } from '../../../src/core/issue/about-the-ca.ts';

const of = (code: ConstructorParameters<typeof CertdError>[0], more = {}) => new CertdError(code, 'x', more);

it.each([
  ['it cannot be reached', of('ca-unreachable'), true],
  ['it is not trusted', of('ca-untrusted'), true],
  ['it says nothing', of('ca-timeout'), true],
  ['it refuses the account', of('account-refused', { facts: { request: 'account' } }), true],
  ['it limits the directory', of('rate-limited', { facts: { request: 'directory' } }), true],
  ['it limits nonces', of('rate-limited', { facts: { request: 'nonce' } }), true],
  ['an outage with a time', of('ca-error', { facts: { request: 'order' }, notBefore: 5 }), true],
  ['a gateway in its place', of('ca-error', { facts: { request: 'order', status: 503 } }), true],
  ['an error of its own', of('ca-error', { facts: { request: 'order', status: 500 } }), false],
  [
    'a limit on orders, perhaps of one name',
    of('rate-limited', { facts: { request: 'order' }, notBefore: 5 }),
    false,
  ],
  ['a failed validation', of('validation-failed'), false],
])('%s: %s', (_, error, expected) => {
  expect(isAboutTheCa(error)).toBe(expected);
});

it.each([
  ['it cannot be reached', of('ca-unreachable'), true],
  ['it is not trusted', of('ca-untrusted'), true],
  ['it says nothing', of('ca-timeout'), true],
  ['it says when it will be back', of('ca-error', { facts: { status: 500 }, notBefore: 5 }), true],
  ['a gateway answers in its place', of('ca-error', { facts: { status: 502 } }), true],
  ['an error of its own, perhaps about one order', of('ca-error', { facts: { status: 500 } }), false],
  ['a page in the place of the directory', of('ca-malformed', { facts: { request: 'directory' } }), true],
  ['a page in the place of an order', of('ca-malformed', { facts: { request: 'order' } }), false],
  ['too many nonces', of('rate-limited', { facts: { request: 'nonce' } }), true],
  ['too many orders', of('rate-limited', { facts: { request: 'order' } }), false],
  ['a refused account', of('account-refused', { facts: { request: 'account' } }), false],
  ['a failed validation', of('validation-failed'), false],
])('is it an outage when %s', (_, error, expected) => {
  expect(isOutage(error)).toBe(expected);
});
