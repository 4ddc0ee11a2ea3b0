import { asCertdError } from '../core/errors.ts';
import { plainLines } from '../core/text/plain-text.ts';
import { redact } from '../redact.ts';
import type { SystemFacts } from './host/host-summary.ts';
import type { HostProcess } from './ports/processes.ts';
import type { NameAddresses } from './sites/arrivals.ts';

/** What a look at a server needs of the host. */
export type HostTools = {
  /** Runs a program to its end, within bounds; `failed`: why there is no whole answer, or null. */
  run(argv: readonly [string, ...string[]]): Promise<ProgramAnswer>;
  readonly processes: readonly HostProcess[];
  /** The absolute path of a program that is installed; null without it. */
  find(name: string): Promise<string | null>;
  /** Text of a file of a configuration, of bounded size. Throws what the file system says. */
  readText(path: string): Promise<string>;
  /** Names in a directory, sorted; null where it is none. */
  list(path: string): Promise<readonly string[] | null>;
  /** Of the interfaces of this host. */
  readonly ownAddresses: readonly string[];
  /** What the name servers say of a name. */
  addressesOf(name: string): Promise<NameAddresses>;
  /** What machine it is; null where it could not be asked. */
  systemFacts(): Promise<SystemFacts | null>;
};

export type ProgramAnswer = {
  readonly failed: string | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** As many of a server's own words as tell what is wrong. */
const mostLines = 4;
const mostLetters = 600;

/** What a failed program said last, bounded and without secrets. */
export function lastWords({ failed, stdout, stderr }: ProgramAnswer): string {
  const lines = plainLines(redact(stderr.trim() === '' ? stdout : stderr)).slice(-mostLines);
  const words = lines.join('; ').slice(0, mostLetters);
  return words === '' ? (failed ?? 'it said nothing') : `${words} (${failed})`;
}

/** The program of a process, or of the same name where it was replaced since. */
export async function programOf({ program }: HostProcess, name: string, tools: HostTools) {
  return program.endsWith(' (deleted)') ? tools.find(name) : program;
}

/** The text of each file, by path; one that cannot be read is a gap. */
export async function readAll(
  paths: readonly string[],
  tools: HostTools,
  gaps: string[],
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const path of paths) {
    try {
      texts.set(path, await tools.readText(path));
    } catch (thrown) {
      const { code, message } = asCertdError(thrown);
      if (code === 'internal-error') throw thrown;
      gaps.push(`${path} cannot be read: ${message}`);
    }
  }
  return texts;
}
