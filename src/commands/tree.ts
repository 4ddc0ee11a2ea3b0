import { Argument, Command, CommanderError, Option } from 'commander';
import { CertdError } from '../core/errors.ts';
import { version } from '../host/version.ts';
import { builtCommands } from './built.ts';
import type { CommandRow, OptionRow, ValueRow } from './command-row.ts';
import { laterCommands } from './later.ts';

/** Runs the command that these words ask for, and returns its exit code; wrong usage and help are said by commander. */
export async function runTree(argv: readonly string[]): Promise<number> {
  // commander would print an empty page.
  if (argv[0] === 'help') refuseLater(argv[1]);
  let code = 0;
  const program = certdProgram(result => {
    code = result;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 64;
    throw thrown;
  }
}

/** The tree of commands; help is made from it. */
export function certdProgram(done: (code: number) => void): Command {
  const program = new Command('certd')
    .description('Obtains, renews and deploys certificates.')
    .version(`certd ${version}`)
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .addHelpText('after', '\nExit codes: 0 done, 1 it failed, 64 wrong usage, 78 bad configuration.');
  for (const row of builtCommands) addBuilt(program, row, done);
  tellHelp(program);
  for (const { name, summary } of laterCommands) addLater(program, name, summary);
  return program;
}

function addBuilt(program: Command, row: CommandRow, done: (code: number) => void): void {
  const command = program
    .command(row.name)
    .description(row.summary)
    // What is given is what the row asks for: commander has seen to that, and TypeScript cannot.
    .action(async (...given) => done(await row.run(...(given as never[]))));
  for (const value of row.values) command.addArgument(argumentOf(value));
  for (const option of row.options) command.addOption(optionOf(option));
  if (row.exitCodes !== undefined) command.addHelpText('after', `\nExit codes: ${row.exitCodes}.`);
}

function argumentOf({ words, summary, choices }: ValueRow): Argument {
  const argument = new Argument(words, summary);
  return choices === undefined ? argument : argument.choices(choices);
}

function optionOf({ flags, summary, otherwise, choices, isRepeated }: OptionRow): Option {
  const option = new Option(flags, summary);
  if (otherwise !== undefined) option.default(otherwise);
  if (choices !== undefined) option.choices(choices);
  return isRepeated ? option.argParser(collected) : option;
}

function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** What commander says of wrong usage is followed by where to look. */
function tellHelp(program: Command): void {
  program.showHelpAfterError('(certd help has all commands)');
  for (const command of program.commands)
    command.showHelpAfterError(`(certd help ${command.name()} has its options and values)`);
}

/** A command of the contract that a later version brings: known, and refused in so many words. */
function addLater(program: Command, name: string, summary: string): void {
  program
    .command(name, { hidden: true })
    .description(`${summary} (not available in this version)`)
    // Asking for its help is answered like using it.
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => refuseLater(name));
}

function refuseLater(command: string | undefined): void {
  if (!laterCommands.some(({ name }) => name === command)) return;
  throw new CertdError('not-available-yet', `certd ${command} is not built in version ${version}`);
}
