import type { AccountAction } from '../core/issue/account-action.ts';
import { caaRecord } from '../core/issue/caa-record.ts';
import { plainText } from '../core/text/plain-text.ts';
import type { AccountAnswer, AccountResult } from '../daemon/run-account.ts';
import { wrap } from './wrap.ts';

/** What `certd account` prints: for each CA a line, and below it what is known of the account. */
export function accountLines(
  { host, accounts }: AccountAnswer,
  action: AccountAction,
  width: number,
): readonly string[] {
  const answer = host === null ? [] : wrap(hostTexts[host], { width, first: '', next: '    ' });
  const each = accounts.flatMap(result => [
    ...wrap(plainText(`${result.ca}: ${outcome(result, action)}`), { width, first: '', next: '    ' }),
    ...facts(result).flatMap(([key, value]) =>
      wrap(plainText(`${key}: ${value}`), { width, first: '  ', next: '      ' }),
    ),
  ]);
  return [...answer, ...each];
}

const hostTexts: Readonly<Record<NonNullable<AccountAnswer['host']>, string>> = {
  kept: 'this host is taken as the one that the state was made on; accounts and keys stay',
  unchanged: 'nothing to answer: this is the host that the state was made on; accounts and keys stay',
  replaced: 'the accounts were removed here, and are left alone at their CAs',
};

function outcome({ account, error }: AccountResult, action: AccountAction): string {
  if (error !== null) return `failed: ${error.code}: ${error.message}`;
  if (action === 'deactivate')
    return 'the account is deactivated and forgotten; the next order makes a new one';
  if (action === 'replace') return 'the account is new';
  if (account === null) return 'no account yet; the first order makes one';
  const unfinished = account.rolloverUnfinished
    ? '; a change of its key is not finished: `certd account rollover`'
    : '';
  return `${action === 'rollover' ? 'the account has a new key' : (account.status ?? 'registered')}${unfinished}`;
}

/** RFC 8657 §3: a CAA record that lets only this account order. */
function facts({ directory, bound, account }: AccountResult): readonly (readonly [string, string])[] {
  if (account === null) return [];
  const { url, thumbprint, contact, caaIdentity } = account;
  return [
    ['account', url],
    ['directory', directory],
    ['key thumbprint', thumbprint],
    ['contact', contact.length === 0 ? 'none' : contact.join(', ')],
    ['external account binding', bound ? 'configured' : 'none'],
    ...(caaIdentity === null
      ? []
      : ([['CAA record for this account alone', caaRecord(caaIdentity, url)]] as const)),
  ];
}
