import { Argument, Command, CommanderError, Option } from 'commander';
import { CertdError } from '../core/errors.ts';
import { reasonNames } from '../core/revocation-reason.ts';
import { saveMemory } from '../host/save-memory.ts';
import { version } from '../host/version.ts';
import type { CheckConfigOptions } from './check-config.ts';
import { commandWords } from './command-words.ts';
import type { CompletionShell } from './completion.ts';
import type { DeployOptions } from './deploy.ts';
import type { InitOptions } from './init.ts';
import { laterCommands } from './later.ts';
import type { Places } from './places.ts';
import type { RenewOptions } from './renew.ts';
import type { SnippetServer } from './snippet.ts';
import type { StatusOptions } from './status.ts';
import { type OptionWords, placeOptions, statusOptions } from './words.ts';

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
  addDaemon(program, done);
  addDeployer(program, done);
  addRevoke(program, done);
  addAccount(program, done);
  addReaders(program, done);
  addServers(program, done);
  addInit(program, done);
  addCompletion(program, done);
  tellHelp(program);
  for (const { words, summary } of laterCommands) addLater(program, words, summary);
  return program;
}

/** What commander says of wrong usage is followed by where to look. */
function tellHelp(program: Command): void {
  program.showHelpAfterError('(certd help has all commands)');
  for (const command of program.commands)
    command.showHelpAfterError(`(certd help ${command.name()} has its options and values)`);
}

function addDaemon(program: Command, done: (code: number) => void): void {
  withPlaces(program.command('run'))
    .description('the daemon, in the foreground')
    .option(
      '--deploy <mode>',
      'inline: deploy in this process; external: ask `certd deploy --owed` for it',
      'inline',
    )
    .action(async (options: Places & { deploy: string }) => {
      saveMemory();
      const { runCommand } = await import('./run.ts');
      done(await runCommand(options));
    });
  withPlaces(program.command('renew'))
    .description('one pass now, through the daemon when it runs')
    .argument('[name...]', 'certificates; all when left out')
    .option('--force', 'order anew, whether due or not')
    .option('--dry-run', 'try it at the staging of each CA, and keep nothing')
    .option('--json', 'with --dry-run: what it found, as JSON')
    .action(async (names: string[], options: RenewOptions) => {
      const { renewCommand } = await import('./renew.ts');
      done(await renewCommand(names, options));
    });
}

function addDeployer(program: Command, done: (code: number) => void): void {
  withPlaces(program.command('deploy'))
    .description('make live what is issued, and run its hooks, through the daemon when it runs')
    .argument(
      '[name...]',
      'certificates, without regard to back-off and window; all that are owed when left out',
    )
    .option(
      '--owed',
      'what a daemon would do now, as its unit runs it: a failed deploy is on record, and exit code 0',
    )
    .option('--force', 'again, although it was deployed, or was rolled back')
    .addOption(
      new Option('--hooks <how>', 'without a daemon: run hooks directly, or each as a service of systemd')
        .choices(['direct', 'systemd-run'])
        .default('direct'),
    )
    .action(async (names: string[], options: DeployOptions) => {
      const { deployCommand } = await import('./deploy.ts');
      done(await deployCommand(names, options));
    });
  withPlaces(program.command('rollback'))
    .description('back to an earlier certificate; the one that is live is never deployed again')
    .argument('<name>', 'a certificate')
    .option('--to <id>', 'to this generation; the one before when left out')
    .action(async (name: string, options: Places & { to?: string }) => {
      const { rollbackCommand } = await import('./rollback.ts');
      done(await rollbackCommand(name, options));
    });
}

function addRevoke(program: Command, done: (code: number) => void): void {
  withPlaces(program.command('revoke'))
    .description('revoke a certificate and replace it at once')
    .argument('<name>', 'a certificate')
    .option('--reason <reason>', `why: ${reasonNames.join(', ')}`, 'unspecified')
    .option('--generation <id>', 'another one than the newest')
    .option('--no-replace', 'order no new one, now or later')
    .action(
      async (name: string, options: Places & { reason: string; generation?: string; replace: boolean }) => {
        const { revokeCommand } = await import('./revoke.ts');
        done(await revokeCommand(name, options));
      },
    );
}

function addAccount(program: Command, done: (code: number) => void): void {
  withPlaces(program.command('account'))
    .description('the ACME account: show, rollover, deactivate, keep or replace')
    .argument(
      '<action>',
      'show, rollover (a new key), deactivate, keep (this is the same host) or replace (new accounts and keys)',
    )
    .option('--ca <name>', 'at this CA; all of the configuration when left out')
    .option('--yes', 'deactivate without asking back')
    .option('--json', 'as one document')
    .action(async (action: string, options: Places & { ca?: string; yes?: true; json?: true }) => {
      const { accountCommand } = await import('./account.ts');
      done(await accountCommand(action, options));
    });
}

function addReaders(program: Command, done: (code: number) => void): void {
  withOptions(withPlaces(program.command('status')), statusOptions)
    .description('what is issued, live and deployed')
    .argument('[name...]', 'certificates; all when left out')
    .addHelpText('after', '\nExit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.')
    .action(async (names: string[], options: StatusOptions) => {
      const { statusCommand } = await import('./status.ts');
      done(await statusCommand(names, options));
    });
  withPlaces(program.command('plan'))
    .description('what would be done now, and when next')
    .argument('[name...]', 'certificates; all when left out')
    .action(async (names: string[], options: Places) => {
      const { planCommand } = await import('./plan.ts');
      done(await planCommand(names, options));
    });
  withPlaces(program.command('why'))
    .description('what would be done now, why, and why not earlier')
    .argument('<name>', 'a certificate')
    .action(async (name: string, options: Places) => {
      const { whyCommand } = await import('./why.ts');
      done(await whyCommand(name, options));
    });
  withPlaces(program.command('verify'))
    .description('shake hands with every declared endpoint now, and compare')
    .argument('[name...]', 'certificates; all when left out')
    .option('--json', 'the whole document as JSON')
    .addHelpText('after', '\nExit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.')
    .action(async (names: string[], options: Places & { json?: true }) => {
      const { verifyCommand } = await import('./verify.ts');
      done(await verifyCommand(names, options));
    });
  withPlaces(program.command('check-config'))
    .description('every problem of the configuration with file, line and column')
    .argument('[file]', 'instead of --config')
    .option('--units', 'only the systemd units to enable for it, one a line')
    .option(
      '--drop-in',
      'only the lines that certd.service needs beside its own; nothing where it needs none',
    )
    .action(async (file: string | undefined, options: CheckConfigOptions) => {
      const { checkConfig } = await import('./check-config.ts');
      const out = (text: string) => void process.stdout.write(text);
      const err = (text: string) => void process.stderr.write(text);
      done(checkConfig({ ...options, config: file ?? options.config }, { out, err }));
    });
}

function addServers(program: Command, done: (code: number) => void): void {
  withPlaces(program.command('doctor'))
    .description('what is wrong with this host, its web servers and where its names lead')
    .option('--json', 'the findings as JSON')
    .option('--offline', 'ask no name server and connect to nothing')
    .addHelpText('after', '\nExit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.')
    .action(async (options: Places & { json?: true; offline?: true }) => {
      const { doctorCommand } = await import('./doctor.ts');
      done(await doctorCommand(options));
    });
  withPlaces(program.command('snippet'))
    .description('the lines that a web server needs, to copy')
    .addArgument(new Argument('<server>', 'which server').choices(['nginx', 'apache', 'haproxy']))
    .argument('[name...]', 'certificates; all when left out')
    .action(async (server: SnippetServer, names: string[], options: Places) => {
      const { snippetCommand } = await import('./snippet.ts');
      done(snippetCommand(server, names, options));
    });
}

function addInit(program: Command, done: (code: number) => void): void {
  withPlaces(program.command('init'))
    .description('write a configuration of one certificate')
    .option(
      '--domain <name>',
      `a name or address of the certificate; as often as needed. \${instance:public-ipv4} and \${tag:KEY} are asked of the cloud (Amazon EC2, Alibaba Cloud)`,
      collected,
    )
    .option('--agree-tos', 'agreement to the terms of service of the CA')
    .option('--email <address>', 'where the CA may write to')
    .option('--webroot <dir>', 'a directory that port 80 of every domain serves')
    .option('--standalone', 'no web server: systemd holds port 80. Default where nobody holds it')
    .option('--hook <command>', 'what to run after a change; as often as needed', collected)
    .option('--ca <name>', 'the CA; letsencrypt when left out')
    .option('--print', 'show the configuration, and write nothing')
    .action(
      async (
        options: Partial<Pick<InitOptions, 'domain' | 'hook'>> & Omit<InitOptions, 'domain' | 'hook'>,
      ) => {
        const { initCommand } = await import('./init.ts');
        done(await initCommand({ domain: [], hook: [], ...options }));
      },
    );
}

function addCompletion(program: Command, done: (code: number) => void): void {
  program
    .command('completion')
    .description('what makes a shell complete these commands')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: CompletionShell) => {
      const { completionCommand } = await import('./completion.ts');
      done(completionCommand(shell, commandWords(program)));
    });
}

function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
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
    .action(() => refuseLater(words));
}

function refuseLater(command: string | undefined): void {
  if (!laterCommands.some(({ words }) => words === command)) return;
  throw new CertdError('not-available-yet', `certd ${command} is not built in version ${version}`);
}

function withPlaces(command: Command): Command {
  return withOptions(command, placeOptions);
}

function withOptions(command: Command, rows: readonly OptionWords[]): Command {
  for (const { flags, summary, otherwise, choices } of rows) {
    const option = new Option(flags, summary);
    if (otherwise !== undefined) option.default(otherwise);
    if (choices !== undefined) option.choices(choices);
    command.addOption(option);
  }
  return command;
}
