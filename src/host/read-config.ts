import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemErrorOf } from '../core/errors.ts';

type Unreadable = {
  readonly code: 'config-unreadable';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
};

/** The texts of a configuration, the main file first, and what could not be read. */
export type ConfigFiles = {
  readonly files: readonly { readonly file: string; readonly text: string }[];
  readonly problems: readonly Unreadable[];
};

/**
 * Reads the main file and `conf.d/*.yaml` beside it, by name. Without the main file nothing else is read:
 * the rest has no meaning without its defaults. Never throws for what the file system says. `text`: what the main file
 * would say, instead of reading it.
 */
export function readConfigFiles(path: string, text?: string): ConfigFiles {
  const main = text === undefined ? readMain(path) : { text };
  if ('problem' in main) return { files: [], problems: [main.problem] };
  const listed = listDropIns(join(dirname(path), 'conf.d'));
  if ('problem' in listed) return { files: [{ file: path, text: main.text }], problems: [listed.problem] };
  const files = [{ file: path, text: main.text }];
  const problems: Unreadable[] = [];
  for (const file of listed.paths) {
    const read = readText(file);
    if ('problem' in read) problems.push(read.problem);
    else files.push({ file, text: read.text });
  }
  return { files, problems };
}

/** Where there is none yet, whoever reads that is new here. */
function readMain(file: string): ReturnType<typeof readText> {
  const read = readText(file);
  if (!('problem' in read) || read.problem.message !== missing) return read;
  return { problem: { ...read.problem, message: `${missing}; \`certd init\` writes a first one` } };
}

function listDropIns(directory: string): { paths: string[] } | { problem: Unreadable } {
  try {
    const names = readdirSync(directory).filter(name => name.endsWith('.yaml') && !name.startsWith('.'));
    return { paths: names.sort().map(name => join(directory, name)) };
  } catch (thrown) {
    if (systemErrorOf(thrown)?.code === 'ENOENT') return { paths: [] };
    return { problem: unreadable(directory, thrown) };
  }
}

function readText(file: string): { text: string } | { problem: Unreadable } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)) };
  } catch (thrown) {
    return { problem: unreadable(file, thrown) };
  }
}

function unreadable(file: string, thrown: unknown): Unreadable {
  return {
    code: 'config-unreadable',
    file,
    line: 1,
    column: 1,
    message: `cannot be read: ${reason(thrown)}`,
  };
}

const missing = 'cannot be read: there is no such file (ENOENT)';

function reason(thrown: unknown): string {
  const errno = systemErrorOf(thrown)?.code;
  if (errno === 'ENOENT') return 'there is no such file (ENOENT)';
  if (errno === 'EACCES') return 'the user that runs certd may not read it (EACCES)';
  if (errno === 'EISDIR') return 'it is a directory (EISDIR)';
  if (errno === 'ENOTDIR') return 'it is not in, or not itself, a directory (ENOTDIR)';
  if (errno !== undefined) return errno;
  if (thrown instanceof TypeError) return 'it is not UTF-8 text';
  throw thrown;
}
