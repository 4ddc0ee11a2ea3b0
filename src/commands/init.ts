import { lstatSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { decodeConfig } from '../config/decode.ts';
import { parseSource } from '../config/parse.ts';
import { isOutputRefusal } from '../core/deploy/output-rules.ts';
import { asCertdError, CertdError } from '../core/errors.ts';
import { firstConfig } from '../core/host/first-config.ts';
import type { Disk } from '../core/ports.ts';
import { plainText } from '../core/text/plain-text.ts';
import { userIn } from '../host/account-file.ts';
import { readConfigFiles } from '../host/read-config.ts';
import { type MetadataService, metadataServices } from '../metadata/services.ts';
import { realDisk } from '../store/disk.ts';
import { layoutAt } from '../store/layout.ts';
import { exists, replaceFile } from '../store/replace-file.ts';
import { isSplit } from '../store/split.ts';
import { problemLine } from './check-config.ts';
import { effectiveUid } from './effective-uid.ts';
import { type InitWords, initChoice } from './init-choice.ts';
import { portTrouble } from './init-port.ts';
import { nextSteps } from './next-steps.ts';
import type { Places } from './places.ts';
import { prepareWebroot } from './prepare-webroot.ts';
import { withRootHint } from './root-hint.ts';

export type InitOptions = Places & InitWords & { readonly print?: true };

/** What of the host a test may replace. */
type InitHost = {
  readonly services: readonly MetadataService[];
  readonly proc: string;
  readonly passwd: string;
  readonly disk: Disk;
};

const thisHost: InitHost = {
  services: metadataServices,
  proc: '/proc',
  passwd: '/etc/passwd',
  disk: realDisk,
};

/**
 * `certd init`: writes a configuration of one certificate, and as root prepares its webroot for the issuer; `print` shows it
 * alone. A file that says the same is left, and one that says something else is refused with `config-exists`. Returns 0, or 78
 * where another program holds port 80. Throws what `initChoice` throws, `config-invalid`, and what the disk says.
 */
export async function initCommand(options: InitOptions, host: InitHost = thisHost): Promise<number> {
  const choice = await initChoice(options, host.services);
  const text = firstConfig(choice);
  for (const doubt of doubtsOf(text, options)) say(doubt);
  if (options.print) {
    process.stdout.write(text);
    return 0;
  }
  const { config, stateDir, webroot, standalone } = options;
  try {
    const isThere = isThereAlready(config, text);
    const trouble =
      isThere || webroot !== undefined ? null : await portTrouble(host.proc, standalone === true);
    if (trouble !== null) say(`certd: ${trouble.code}: ${trouble.message}`);
    if (trouble !== null && !standalone) return 78;
    if (webroot !== undefined) await prepare(webroot, stateDir, host);
    if (!isThere) await write(config, text, host.disk);
    say(`${config}: ${isThere ? 'says so already' : 'written'}, for ${choice.domains.join(', ')}`);
  } catch (thrown) {
    throw withRootHint(thrown);
  }
  if (process.stderr.isTTY) process.stderr.write(nextSteps(webroot !== undefined));
  return 0;
}

/** Names of programs and files in it may be somebody else's. */
function say(line: string): void {
  process.stderr.write(`${plainText(line)}\n`);
}

/** The configuration with what is in conf.d, judged as `certd check-config` will; every problem is shown. */
function doubtsOf(text: string, { config, stateDir }: Places): readonly string[] {
  const { files, problems } = readConfigFiles(config, text);
  const decoded = decodeConfig(files, problems, { stateDir, isExternal: isSplit(layoutAt(stateDir)) });
  if ('config' in decoded) return decoded.config.warnings.map(problemLine);
  for (const problem of decoded.problems) {
    // In what is not written yet there is no place to look at.
    say(problem.file === config ? `${problem.code}: ${problem.message}` : problemLine(problem));
  }
  throw new CertdError('config-invalid', 'the configuration would have a problem; nothing was written');
}

/** Throws `config-exists` where something else is there. */
function isThereAlready(file: string, text: string): boolean {
  if (!exists(file)) return false;
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() && isTheSame(file, readFileSync(file, 'utf8'), text)) return true;
  throw new CertdError(
    'config-exists',
    `${file} is there and says something else; it was left as it is. certd init --print shows what it would write`,
  );
}

/** Comments and style are nobody's difference: another version may write them otherwise. */
function isTheSame(file: string, found: string, wanted: string): boolean {
  const [one, other] = [parseSource(file, found), parseSource(file, wanted)];
  return 'source' in one && 'source' in other && isDeepStrictEqual(one.source.data, other.source.data);
}

/** A webroot that others have a hand in is left to them: the configuration is right all the same. */
async function prepare(webroot: string, stateDir: string, { passwd, disk }: InitHost): Promise<void> {
  const issuer = effectiveUid() === 0 ? userIn(passwd, 'certd') : null;
  if (issuer === null) return;
  const last = join(webroot, '.well-known', 'acme-challenge');
  try {
    for (const made of await prepareWebroot(last, { issuer, foreign: stateDir, disk })) say(`made ${made}`);
    if (lstatSync(last).uid !== issuer.uid)
      say(`${last} is not the user certd’s, who must be able to write there`);
  } catch (thrown) {
    const error = asCertdError(thrown);
    if (!isOutputRefusal(error.code)) throw thrown;
    say(`${error.message}: make ${last} by hand, writable for the user certd`);
  }
}

/** As a whole or not at all. A `.new` that a crash has left is replaced. */
async function write(file: string, text: string, disk: Disk): Promise<void> {
  const directory = dirname(file);
  if (!exists(directory)) await disk.makeDir(directory, 0o755);
  await replaceFile(disk, file, text, 0o644);
}
