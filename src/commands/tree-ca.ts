import { accountActions } from '../core/issue/account-action.ts';
import { reasonNames } from '../core/revoke/revocation-reason.ts';
import type { CommandRow } from './command-row.ts';
import type { Places } from './places.ts';
import { oneName, placeOptions } from './words.ts';

/** What a CA can be told beside orders. */
export const caCommands: readonly CommandRow[] = [
  {
    name: 'revoke',
    summary: 'revoke a certificate and replace it at once',
    values: [oneName],
    options: [
      ...placeOptions,
      {
        flags: '--reason <reason>',
        summary: `why: ${reasonNames.join(', ')}`,
        otherwise: 'unspecified',
        checkedLater: reasonNames,
      },
      { flags: '--generation <id>', summary: 'another one than the newest' },
      { flags: '--no-replace', summary: 'order no new one, now or later' },
    ],
    run: async (
      name: string,
      options: Places & { reason: string; generation?: string; replace: boolean },
    ) => {
      const { revokeCommand } = await import('./revoke.ts');
      return revokeCommand(name, options);
    },
  },
  {
    name: 'account',
    summary: 'the ACME account: show, rollover, deactivate, keep or replace',
    values: [
      {
        words: '<action>',
        summary:
          'show, rollover (a new key), deactivate, keep (this is the same host) or replace (new accounts and keys)',
        checkedLater: accountActions,
      },
    ],
    options: [
      ...placeOptions,
      { flags: '--ca <name>', summary: 'at this CA; all of the configuration when left out' },
      { flags: '--yes', summary: 'deactivate without asking back' },
      { flags: '--json', summary: 'as one document' },
    ],
    run: async (action: string, options: Places & { ca?: string; yes?: true; json?: true }) => {
      const { accountCommand } = await import('./account.ts');
      return accountCommand(action, options);
    },
  },
];
