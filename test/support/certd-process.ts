import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { User } from './other-users.ts';
import { type RunningProcess, startProcess, withLog } from './run-process.ts';
import { daemonRecord, recordCommand, recordKeys } from './run-record.ts';
import type { Stack } from './stack.ts';
import { waitUntilListening } from './wait-until.ts';

/** What a command of certd did. */
type Outcome = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** The commands of certd on one configuration, state and runtime directory. */
export type CertdCommands = {
  readonly dir: string;
  readonly configFile: string;
  readonly stateDir: string;
  readonly runtimeDir: string;
  readonly flags: readonly string[];
  /** The path that a server is configured with. */
  liveDir(name: string): string;
  /** Replaces the configuration. YAML. */
  configure(config: string): Promise<void>;
  command(...words: readonly string[]): Promise<Outcome>;
};

export type CertdProcess = CertdCommands & {
  readonly process: RunningProcess;
  /** SIGTERM; throws with the log unless certd ends with exit code 0. */
  stop(): Promise<void>;
};

/** The built program. Tests and demo run what users run, never `src`. */
const program = join(import.meta.dirname, '../../dist/certd.js');

/** certd in a directory of its own, not running. */
export async function certdAt(dir: string, config: string): Promise<CertdCommands> {
  if (!existsSync(program)) throw new Error(`${program} is missing: npm run build`);
  await mkdir(dir, { recursive: true, mode: 0o755 });
  const configFile = join(dir, 'config.yaml');
  const stateDir = join(dir, 'state');
  const runtimeDir = join(dir, 'run');
  const flags = ['--config', configFile, '--state-dir', stateDir, '--runtime-dir', runtimeDir];
  await writeFile(configFile, config);
  return {
    dir,
    configFile,
    stateDir,
    runtimeDir,
    flags,
    liveDir: name => join(stateDir, 'live', name),
    configure: text => writeFile(configFile, text),
    command: async (...words) => {
      const outcome = await run([program, ...words, ...flags]);
      recordCommand(words, outcome.stdout, outcome.stderr);
      recordKeys(stateDir);
      return outcome;
    },
  };
}

/** How a daemon is started where it is not as usual. */
type Start = {
  /** What the program is started by, for example in another view of the host. */
  readonly by?: readonly [string, ...string[]];
  /** The level of the configuration counts; else an integration run has every level, for its audit. */
  readonly ownLevel?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Further words of the command line. */
  readonly words?: readonly string[];
  /** Else the user of this process. */
  readonly user?: User;
  /** Else `certd.log`, or in an integration run a file of the run’s record. */
  readonly logFile?: string;
};

/** Starts `certd run` and waits for its control socket. `config`: YAML. */
export async function startCertd(dir: string, config: string, start: Start = {}): Promise<CertdProcess> {
  const commands = await certdAt(dir, config);
  return startAgain(commands, start);
}

/** The same in a directory where it has been before, with the configuration that is there. */
export async function startAgain(commands: CertdCommands, start: Start = {}): Promise<CertdProcess> {
  const record = daemonRecord();
  const level = record === null || start.ownLevel === true ? [] : ['--log-level', 'trace'];
  const [first, ...rest] = [
    process.execPath,
    program,
    'run',
    ...(start.words ?? []),
    ...commands.flags,
    ...level,
  ] as const;
  const certd = await startProcess({
    name: 'certd run',
    argv: start.by === undefined ? [first, ...rest] : [...start.by, first, ...rest],
    logFile: start.logFile ?? record ?? join(commands.dir, 'certd.log'),
    ...(start.env === undefined ? {} : { env: start.env }),
    ...(start.user === undefined ? {} : { user: start.user }),
  });
  await waitUntilListening('certd', { path: join(commands.runtimeDir, 'control.sock') }, certd);
  return {
    ...commands,
    process: certd,
    stop: async () => {
      await certd.stop();
      recordKeys(commands.stateDir);
      if ((await certd.exit) !== 0) throw withLog(certd.ended() ?? 'certd run', certd);
    },
  };
}

/** A configuration for one certificate by webroot, deployed by `nginx -s reload`. */
export function nginxConfig(stack: Stack, domains: readonly string[]): string {
  return `${pebbleSettings(stack)}certificates:
  - domains: [${domains.join(', ')}]
    challenge: { webroot: ${stack.nginx.webroot} }
    deploy: { hooks: ["${stack.nginx.reload.join(' ')}"] }
`;
}

function run(argv: readonly string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const options = { env: { PATH: process.env['PATH'] ?? '' }, timeout: 60_000, encoding: 'utf8' } as const;
    execFile(process.execPath, argv, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else reject(error);
    });
  });
}

/**
 * The settings that have every certificate come from the stack's Pebble, which looks at the nginx beside it. They end in
 * `cas`, so that another CA can follow.
 */
export function pebbleSettings({ pebble, nginx }: Stack): string {
  return `account: { email: ops@certd.test, agree_tos: true }
ca: pebble
cas:
  pebble:
    directory: ${pebble.directoryUrl}
    trust: ${pebble.trustFile}
    roots: ${pebble.rootsFile}
    validation_port: ${nginx.httpPort}
`;
}
