import type { Command } from '../core/deploy/deploy-model.ts';

/** What one certificate of a batch still has to run, in its own order. */
export type Pending<T> = { readonly subject: T; readonly commands: readonly Command[] };

/** One command and everybody it is run for. */
export type HookStep<T> = { readonly command: Command; readonly subjects: readonly T[] };

/**
 * The next command of a batch: equal commands of several certificates run once, for all of them together,
 * as soon as it is the next one for each of them (contract section 5). Where two certificates order the
 * same commands differently there is no such moment, and the first certificate goes ahead.
 */
export function nextHook<T>(batch: readonly Pending<T>[]): HookStep<T> | null {
  const waiting = batch.filter(({ commands }) => commands.length > 0);
  const heads = waiting.map(({ commands }) => commands[0]).filter(command => command !== undefined);
  const first = heads[0];
  if (first === undefined) return null;
  const agreed = heads.find(head => waiting.every(({ commands }) => indexIn(commands, head) <= 0));
  const command = agreed ?? first;
  const ready = waiting.filter(({ commands }) => indexIn(commands, command) === 0);
  return { command, subjects: ready.map(({ subject }) => subject) };
}

/** The same words, or the same script. */
export function commandText(command: Command): string {
  return command.kind === 'argv' ? JSON.stringify(command.argv) : `shell ${command.script}`;
}

function indexIn(commands: readonly Command[], wanted: Command): number {
  return commands.findIndex(command => commandText(command) === commandText(wanted));
}
