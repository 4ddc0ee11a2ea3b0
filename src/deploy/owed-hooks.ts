import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Command } from '../core/deploy-model.ts';
import { commandText } from './hook-order.ts';

/** One hook of a certificate. */
export type OwedHook = {
  readonly command: Command;
  /** Among all hooks of the certificate, from 1 on. */
  readonly position: number;
  /** Its name in the state file. */
  readonly key: string;
};

/** What a certificate still has to run, in its own order. `done`: keys. */
export function owedHooks(hooks: readonly Command[], done: readonly string[]): readonly OwedHook[] {
  return hooks
    .map((command, index) => ({ command, position: index + 1, key: hookKey(command, index + 1) }))
    .filter(({ key }) => !done.includes(key));
}

/**
 * A hook's name in the state file: a digest, so that no secret written into a command is copied there. The
 * position belongs to it: [reload, settle, reload] asks for the reload twice.
 */
export function hookKey(command: Command, position: number): string {
  return createHash('sha256')
    .update(`${position} ${commandText(command)}`)
    .digest('hex')
    .slice(0, 16);
}

/**
 * What people read of a hook. Not its text: there can be a token in it, and what goes wrong is shown in
 * places that everybody may read (the state file, status, the log).
 */
export function hookName({ command, position }: Pick<OwedHook, 'command' | 'position'>): string {
  return `hook ${position} (${command.kind === 'argv' ? basename(command.argv[0]) : 'shell script'})`;
}
