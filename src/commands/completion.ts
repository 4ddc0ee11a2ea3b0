import type { CommandWords } from './command-words.ts';
import { bashCompletion } from './completion-bash.ts';
import { fishCompletion } from './completion-fish.ts';
import { zshCompletion } from './completion-zsh.ts';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

export type CompletionShell = keyof typeof scripts;

/** `certd completion`: prints what makes a shell complete these commands. */
export function completionCommand(shell: CompletionShell, commands: readonly CommandWords[]): number {
  process.stdout.write(scripts[shell](commands));
  return 0;
}
