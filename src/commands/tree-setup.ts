import type { CommandRow } from './command-row.ts';
import type { InitOptions } from './init.ts';
import { monitoringExits } from './monitoring-words.ts';
import type { Places } from './places.ts';
import type { SnippetServer } from './snippet.ts';
import { placeOptions, someNames } from './words.ts';

/** What prepares a host and its servers for certificates. */
export const setupCommands: readonly CommandRow[] = [
  {
    name: 'doctor',
    summary: 'what is wrong with this host, its web servers and where its names lead',
    values: [],
    options: [
      ...placeOptions,
      { flags: '--json', summary: 'the findings as JSON' },
      { flags: '--offline', summary: 'ask no name server and connect to nothing' },
    ],
    exitCodes: monitoringExits,
    run: async (options: Places & { json?: true; offline?: true }) => {
      const { doctorCommand } = await import('./doctor.ts');
      return doctorCommand(options);
    },
  },
  {
    name: 'snippet',
    summary: 'the lines that a web server needs, to copy',
    values: [
      { words: '<server>', summary: 'which server', choices: ['nginx', 'apache', 'haproxy'] },
      someNames,
    ],
    options: placeOptions,
    run: async (server: SnippetServer, names: string[], options: Places) => {
      const { snippetCommand } = await import('./snippet.ts');
      return snippetCommand(server, names, options);
    },
  },
  {
    name: 'init',
    summary: 'write a configuration of one certificate',
    values: [],
    options: [
      ...placeOptions,
      {
        flags: '--domain <name>',
        summary: `a name or address of the certificate; as often as needed. \${instance:public-ipv4} and \${tag:KEY} are asked of the cloud (Amazon EC2, Alibaba Cloud)`,
        isRepeated: true,
      },
      { flags: '--agree-tos', summary: 'agreement to the terms of service of the CA' },
      { flags: '--email <address>', summary: 'where the CA may write to' },
      { flags: '--webroot <dir>', summary: 'a directory that port 80 of every domain serves' },
      {
        flags: '--standalone',
        summary: 'no web server: systemd holds port 80. Default where nobody holds it',
      },
      {
        flags: '--hook <command>',
        summary: 'what to run after a change; as often as needed',
        isRepeated: true,
      },
      { flags: '--ca <name>', summary: 'the CA; letsencrypt when left out' },
      { flags: '--print', summary: 'show the configuration, and write nothing' },
    ],
    run: async (
      options: Partial<Pick<InitOptions, 'domain' | 'hook'>> & Omit<InitOptions, 'domain' | 'hook'>,
    ) => {
      const { initCommand } = await import('./init.ts');
      return initCommand({ domain: [], hook: [], ...options });
    },
  },
];
