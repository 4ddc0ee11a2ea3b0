import type { CheckConfigOptions } from './check-config.ts';
import type { CommandRow } from './command-row.ts';
import { monitoringExits } from './monitoring-words.ts';
import type { Places } from './places.ts';
import type { StatusOptions } from './status.ts';
import { oneName, placeOptions, someNames, statusOptions } from './words.ts';

/** What tells how the certificates and the configuration are, and changes nothing. */
export const lookCommands: readonly CommandRow[] = [
  {
    name: 'status',
    summary: 'what is issued, live and deployed',
    values: [someNames],
    options: [...placeOptions, ...statusOptions],
    exitCodes: monitoringExits,
    run: async (names: string[], options: StatusOptions) => {
      const { statusCommand } = await import('./status.ts');
      return statusCommand(names, options);
    },
  },
  {
    name: 'plan',
    summary: 'what would be done now, and when next',
    values: [someNames],
    options: placeOptions,
    run: async (names: string[], options: Places) => {
      const { planCommand } = await import('./plan.ts');
      return planCommand(names, options);
    },
  },
  {
    name: 'why',
    summary: 'what would be done now, why, and why not earlier',
    values: [oneName],
    options: placeOptions,
    run: async (name: string, options: Places) => {
      const { whyCommand } = await import('./why.ts');
      return whyCommand(name, options);
    },
  },
  {
    name: 'verify',
    summary: 'shake hands with every declared endpoint now, and compare',
    values: [someNames],
    options: [...placeOptions, { flags: '--json', summary: 'the whole document as JSON' }],
    exitCodes: monitoringExits,
    run: async (names: string[], options: Places & { json?: true }) => {
      const { verifyCommand } = await import('./verify.ts');
      return verifyCommand(names, options);
    },
  },
  {
    name: 'check-config',
    summary: 'every problem of the configuration with file, line and column',
    values: [{ words: '[file]', summary: 'instead of --config' }],
    options: [
      ...placeOptions,
      { flags: '--units', summary: 'only the systemd units to enable for it, one a line' },
      {
        flags: '--drop-in',
        summary: 'only the lines that certd.service needs beside its own; nothing where it needs none',
      },
    ],
    run: async (file: string | undefined, options: CheckConfigOptions) => {
      const { checkConfig } = await import('./check-config.ts');
      const out = (text: string) => void process.stdout.write(text);
      const err = (text: string) => void process.stderr.write(text);
      return checkConfig({ ...options, config: file ?? options.config }, { out, err });
    },
  },
];
