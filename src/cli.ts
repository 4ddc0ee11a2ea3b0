import { Command, CommanderError, Option } from 'commander';
import { laterCommands } from './commands/later.ts';
import { outliveOutput } from './commands/outlive-output.ts';
import type { Places } from './commands/places.ts';
import { asCertdError, CertdError } from './core/errors.ts';
import { plainLines } from './core/plain-text.ts';
import { version } from './host/version.ts';

/** Runs one command and returns the exit code: 0 done, 1 failed, 64 wrong usage, 78 bad configuration. */
export async function main(argv: readonly string[]): Promise<number> {
  outliveOutput();
  let code = 0;
  const program = certdProgram(result => {
    code = result;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (thrown) {
    return failed(thrown);
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
  addDaemon(program, done);
  addReaders(program, done);
  for (const { words, summary } of laterCommands) addLater(program, words, summary);
  return program;
}

function addDaemon(program: Command, done: (code: number) => void): void {
  withPlaces(program.command('run'))
    .description('the daemon, in the foreground')
    .option('--deploy <mode>', 'inline: deploy in this process', 'inline')
    .action(async (options: Places & { deploy: string }) => {
      const { runCommand } = await import('./commands/run.ts');
      done(await runCommand(options));
    });
  withPlaces(program.command('renew'))
    .description('one pass now, through the daemon when it runs')
    .argument('[name...]', 'certificates; all when left out')
    .option('--force', 'order anew, whether due or not')
    .addOption(later('--dry-run', 'order from the staging of the CA'))
    .action(async (names: string[], options: Places & { force?: true; dryRun?: true }) => {
      const { renewCommand } = await import('./commands/renew.ts');
      done(await renewCommand(names, options));
    });
}

function addReaders(program: Command, done: (code: number) => void): void {
  withPlaces(program.command('status'))
    .description('what is issued, live and deployed')
    .argument('[name...]', 'certificates; all when left out')
    .option('--json', 'the whole document as JSON')
    .addOption(later('--short', 'one line'))
    .addOption(later('--watch', 'again and again'))
    .addHelpText('after', '\nExit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.')
    .action(async (names: string[], options: Places & { json?: true; short?: true; watch?: true }) => {
      const { statusCommand } = await import('./commands/status.ts');
      done(await statusCommand(names, options));
    });
  withPlaces(program.command('plan'))
    .description('what would be done now, and when next')
    .action(async (options: Places) => {
      const { planCommand } = await import('./commands/plan.ts');
      done(await planCommand(options));
    });
  withPlaces(program.command('check-config'))
    .description('every problem of the configuration with file, line and column')
    .argument('[file]', 'instead of --config')
    .action(async (file: string | undefined, options: Places) => {
      const { checkConfig } = await import('./commands/check-config.ts');
      const out = (text: string) => void process.stdout.write(text);
      const err = (text: string) => void process.stderr.write(text);
      done(checkConfig(file ?? options.config, { out, err }));
    });
}

/** A command of the contract that a later version brings: known, and refused in so many words. */
function addLater(program: Command, words: string, summary: string): void {
  program
    .command(words, { hidden: true })
    .description(`${summary} (not available in this version)`)
    // Asking for its help is answered like using it.
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      throw new CertdError('not-available-yet', `certd ${words} is not built in version ${version}`);
    });
}

/** An option of the contract that a later version brings: the command refuses it, help does not promise it. */
function later(flags: string, summary: string): Option {
  return new Option(flags, summary).hideHelp();
}

function withPlaces(command: Command): Command {
  return command
    .option('--config <file>', 'configuration', '/etc/certd/config.yaml')
    .option('--state-dir <dir>', 'state', '/var/lib/certd')
    .option('--runtime-dir <dir>', 'sockets', '/run/certd')
    .addOption(
      new Option('--log-level <level>', 'how much is logged').choices([
        'trace',
        'debug',
        'info',
        'warn',
        'error',
        'fatal',
      ]),
    );
}

function failed(thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 64;
  const error = asCertdError(thrown);
  process.stderr.write(`${plainLines(`certd: ${error.code}: ${error.message}`).join('\n')}\n`);
  if (error.code === 'usage' || error.code === 'not-available-yet') return 64;
  return error.code.startsWith('config-') ? 78 : 1;
}
