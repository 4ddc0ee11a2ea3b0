import { expect, it } from 'vitest';
import { builtCommands } from '../../src/commands/built.ts';
import { commandWords } from '../../src/commands/command-words.ts';
import { laterCommands } from '../../src/commands/later.ts';
import { certdProgram } from '../../src/commands/tree.ts';

const later = new Set(laterCommands.map(({ name }) => name));

const byCommander = certdProgram(() => {})
  .commands.filter(command => !later.has(command.name()))
  .map(command => ({
    name: command.name(),
    options: command.options.map(({ long, required }) => [long, required]),
    values: command.registeredArguments.map(value => [value.name(), value.required, value.variadic]),
  }));

it('completions and the man page take the words of a command apart as commander does', () => {
  const ours = commandWords(builtCommands).map(({ name, options, values }) => ({
    name,
    options: options.map(({ long, value }) => [long, value !== null]),
    values: values.map(value => [value.name, value.required, value.many]),
  }));
  expect(ours).toEqual(byCommander);
});
