import { saveMemory } from '../host/save-memory.ts';
import type { CommandRow } from './command-row.ts';
import type { DeployOptions } from './deploy.ts';
import type { Places } from './places.ts';
import type { RenewOptions } from './renew.ts';
import { oneName, placeOptions, someNames } from './words.ts';

/** What the daemon does, and the commands that have a part of it done now. */
export const workCommands: readonly CommandRow[] = [
  {
    name: 'run',
    summary: 'the daemon, in the foreground',
    values: [],
    options: [
      ...placeOptions,
      {
        flags: '--deploy <mode>',
        summary: 'inline: deploy in this process; external: ask `certd deploy --owed` for it',
        otherwise: 'inline',
        checkedLater: ['inline', 'external'],
      },
    ],
    run: async (options: Places & { deploy: string }) => {
      saveMemory();
      const { runCommand } = await import('./run.ts');
      return runCommand(options);
    },
  },
  {
    name: 'renew',
    summary: 'one pass now, through the daemon when it runs',
    values: [someNames],
    options: [
      ...placeOptions,
      { flags: '--force', summary: 'order anew, whether due or not' },
      { flags: '--dry-run', summary: 'try it at the staging of each CA, and keep nothing' },
      { flags: '--json', summary: 'with --dry-run: what it found, as JSON' },
    ],
    run: async (names: string[], options: RenewOptions) => {
      const { renewCommand } = await import('./renew.ts');
      return renewCommand(names, options);
    },
  },
  {
    name: 'deploy',
    summary: 'make live what is issued, and run its hooks, through the daemon when it runs',
    values: [
      {
        words: '[name...]',
        summary: 'certificates, without regard to back-off and window; all that are owed when left out',
      },
    ],
    options: [
      ...placeOptions,
      {
        flags: '--owed',
        summary:
          'what a daemon would do now, as its unit runs it: a failed deploy is on record, and exit code 0',
      },
      { flags: '--force', summary: 'again, although it was deployed, or was rolled back' },
      {
        flags: '--hooks <how>',
        summary: 'without a daemon: run hooks directly, or each as a service of systemd',
        choices: ['direct', 'systemd-run'],
        otherwise: 'direct',
      },
    ],
    run: async (names: string[], options: DeployOptions) => {
      const { deployCommand } = await import('./deploy.ts');
      return deployCommand(names, options);
    },
  },
  {
    name: 'rollback',
    summary: 'back to an earlier certificate; the one that is live is never deployed again',
    values: [oneName],
    options: [
      ...placeOptions,
      { flags: '--to <id>', summary: 'to this generation; the one before when left out' },
    ],
    run: async (name: string, options: Places & { to?: string }) => {
      const { rollbackCommand } = await import('./rollback.ts');
      return rollbackCommand(name, options);
    },
  },
];
