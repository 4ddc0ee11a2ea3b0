import { expect, it } from 'vitest';
import { accountLines } from '../../src/commands/account-lines.ts';
import type { AccountResult } from '../../src/daemon/run-account.ts';

const account = {
  url: 'https://ca.example/acct/1',
  thumbprint: 'h8ABZbN8zlnYnjCvF7zYwhHdMYRyhSFXvkrvXzVqOd0',
  status: 'valid',
  contact: ['mailto:ops@example.com'],
  caaIdentity: 'ca.example',
  rolloverUnfinished: false,
};
const main: AccountResult = {
  ca: 'main',
  directory: 'https://ca.example/dir',
  bound: false,
  account,
  error: null,
};
const lines = (
  change: Partial<AccountResult>,
  action: 'show' | 'rollover' | 'deactivate' = 'show',
  width = 60,
) => accountLines({ host: null, accounts: [{ ...main, ...change }], pass: null }, action, width);

it('shows what the CA says of an account, and the record that binds a domain to it, in sixty columns', () => {
  expect(lines({})).toEqual([
    'main: valid',
    '  account: https://ca.example/acct/1',
    '  directory: https://ca.example/dir',
    '  key thumbprint:',
    '      h8ABZbN8zlnYnjCvF7zYwhHdMYRyhSFXvkrvXzVqOd0',
    '  contact: mailto:ops@example.com',
    '  external account binding: none',
    '  CAA record for this account alone: 0 issue "ca.example;',
    '      accounturi=https://ca.example/acct/1"',
  ]);
});

it('says that there is none', () => {
  expect(lines({ account: null })).toEqual(['main: no account yet; the first order makes one']);
});

it('says what was done, and what is left to do', () => {
  expect(lines({}, 'rollover')[0]).toBe('main: the account has a new key');
  expect(lines({ account: null }, 'deactivate', 100)).toEqual([
    'main: the account is deactivated and forgotten; the next order makes a new one',
  ]);
  const unfinished = { ...account, rolloverUnfinished: true };
  expect(lines({ account: unfinished }, 'show', 100)[0]).toBe(
    'main: valid; a change of its key is not finished: `certd account rollover`',
  );
});

it('says what failed, and shows no account that it knows nothing of', () => {
  const error = { code: 'account-refused', message: 'it is revoked' };
  expect(lines({ account: null, error })).toEqual(['main: failed: account-refused: it is revoked']);
});

it.each([
  ['kept', ['this host is taken as the one that the state was made on;', '    accounts and keys stay']],
  [
    'unchanged',
    ['nothing to answer: this is the host that the state was made', '    on; accounts and keys stay'],
  ],
] as const)('says that accounts are %s, in sixty columns', (host, expected) => {
  expect(accountLines({ host, accounts: [], pass: null }, 'keep', 60)).toEqual(expected);
});

it('says that accounts are replaced, and of each that it is new', () => {
  const [first, second, third] = accountLines(
    { host: 'replaced', accounts: [main], pass: null },
    'replace',
    60,
  );
  expect([first, second, third]).toEqual([
    'the accounts were removed here, and are left alone at their',
    '    CAs',
    'main: the account is new',
  ]);
});
