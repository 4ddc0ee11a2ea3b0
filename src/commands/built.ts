import type { CommandRow } from './command-row.ts';
import { commandWords } from './command-words.ts';
import type { CompletionShell } from './completion.ts';
import { caCommands } from './tree-ca.ts';
import { lookCommands } from './tree-look.ts';
import { setupCommands } from './tree-setup.ts';
import { workCommands } from './tree-work.ts';

/** Every command that is built, in the order of the help; `later.ts` has the other ones. */
export const builtCommands: readonly CommandRow[] = [
  ...workCommands,
  ...caCommands,
  ...lookCommands,
  ...setupCommands,
  {
    name: 'completion',
    summary: 'what makes a shell complete these commands',
    values: [{ words: '<shell>', summary: 'which shell', choices: ['bash', 'zsh', 'fish'] }],
    options: [],
    run: async (shell: CompletionShell) => {
      const { completionCommand } = await import('./completion.ts');
      return completionCommand(shell, commandWords(builtCommands));
    },
  },
];
