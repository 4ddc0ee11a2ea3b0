import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Command, DeployChoice } from '../core/deploy/deploy-model.ts';
import { commandText } from './hook-order.ts';

/** One command of a certificate's deploy. */
export type OwedHook = {
  readonly command: Command;
  /** Among all hooks of the certificate, from 1 on; 0 is the test. */
  readonly position: number;
  /** Its name in the state file. */
  readonly key: string;
};

/** What a certificate still has to run, in its own order. `done`: keys. */
export function owedHooks(hooks: readonly Command[], done: readonly string[]): readonly OwedHook[] {
  return hooks.map((command, index) => owedHook(command, index + 1)).filter(({ key }) => !done.includes(key));
}

/** The test, where it has still to be run: before every hook. */
export function owedTest({ test }: Pick<DeployChoice, 'test'>, done: readonly string[]): readonly OwedHook[] {
  const owed = test === null ? [] : [owedHook(test, 0)];
  return owed.filter(({ key }) => !done.includes(key));
}

function owedHook(command: Command, position: number): OwedHook {
  return { command, position, key: hookKey(command, position) };
}

/**
 * A command's name in the state file: a digest, so that no secret written into a command is copied there. The
 * position belongs to it: [reload, settle, reload] asks for the reload twice.
 */
export function hookKey(command: Command, position: number): string {
  return createHash('sha256')
    .update(`${position} ${commandText(command)}`)
    .digest('hex')
    .slice(0, 16);
}

/**
 * What people read of a command. Not its text: there can be a token in it, and what goes wrong is shown in
 * places that everybody may read (the state file, status, the log).
 */
export function hookName({ command, position }: Pick<OwedHook, 'command' | 'position'>): string {
  const program = command.kind === 'argv' ? basename(command.argv[0]) : 'shell script';
  return position === 0 ? `test (${program})` : `hook ${position} (${program})`;
}
