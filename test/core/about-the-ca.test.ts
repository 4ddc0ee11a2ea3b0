import { expect, it } from 'vitest';
import { isAboutTheCa } from '../../src/core/about-the-ca.ts';
import { CertdError } from '../../src/core/errors.ts';

const of = (code: ConstructorParameters<typeof CertdError>[0], more = {}) => new CertdError(code, 'x', more);

it.each([
  ['it cannot be reached', of('ca-unreachable'), true],
  ['it is not trusted', of('ca-untrusted'), true],
  ['it says nothing', of('ca-timeout'), true],
  ['it refuses the account', of('account-refused', { facts: { request: 'account' } }), true],
  ['it limits the directory', of('rate-limited', { facts: { request: 'directory' } }), true],
  ['it limits nonces', of('rate-limited', { facts: { request: 'nonce' } }), true],
  ['an outage with a time', of('ca-error', { facts: { request: 'order' }, notBefore: 5 }), true],
  ['an outage without one', of('ca-error', { facts: { request: 'order' } }), false],
  [
    'a limit on orders, perhaps of one name',
    of('rate-limited', { facts: { request: 'order' }, notBefore: 5 }),
    false,
  ],
  ['a failed validation', of('validation-failed'), false],
])('%s: %s', (_, error, expected) => {
  expect(isAboutTheCa(error)).toBe(expected);
});
