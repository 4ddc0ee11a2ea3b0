import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { laterCommands } from '../../src/commands/later.ts';
import { certdProgram } from '../../src/commands/tree.ts';
import { expectGolden } from '../support/golden.ts';

const program = certdProgram(() => undefined);

function helpOf(command: Command): string {
  let text = '';
  const writeOut = (piece: string) => {
    text += piece;
  };
  command.configureOutput({ getOutHelpWidth: () => 80, writeOut }).outputHelp();
  return text;
}

it('certd --help shows what can be done in this version', () => {
  expectGolden('help.txt', helpOf(program));
});

const later = new Set(laterCommands.map(({ name }) => name));
const built = program.commands.filter(command => !later.has(command.name()));

it('every command that is built has a page of help', () => {
  expect(built.map(command => command.name())).toEqual([
    'run',
    'renew',
    'deploy',
    'rollback',
    'revoke',
    'account',
    'status',
    'plan',
    'why',
    'verify',
    'check-config',
    'doctor',
    'snippet',
    'init',
    'completion',
  ]);
});

it.each(built.map(command => [command.name(), command] as const))('certd %s --help', (name, command) => {
  expectGolden(`help-${name}.txt`, helpOf(command));
});
