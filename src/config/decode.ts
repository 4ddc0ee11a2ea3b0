import { addressDoubts } from './check-addresses.ts';
import { listenDoubts } from './check-listen.ts';
import type { Config, ConfigProblem } from './config.ts';
import { crossFindings, type Use } from './cross-check.ts';
import { doubts } from './doubts.ts';
import { entriesOf } from './entries.ts';
import { type DecodedFiles, normalise } from './normalise.ts';
import { parseSource, type Source } from './parse.ts';
import { privateNameDoubts } from './private-names.ts';
import { dropInSchema, mainSchema } from './schema.ts';
import { check, type Finding } from './schema-findings.ts';

/**
 * Decodes a configuration: the first file is the main one, the others are from conf.d and may hold only
 * `certificates:`. Either a whole `Config`, or every problem of every file at once, in the order of the
 * files and of their lines. `unreadable`: what was wrong before there was text.
 */
export function decodeConfig(
  files: readonly { readonly file: string; readonly text: string }[],
  unreadable: readonly ConfigProblem[] = [],
  use: Use = { stateDir: '/var/lib/certd', isExternal: false },
): { config: Config } | { problems: ConfigProblem[] } {
  const problems = [...unreadable];
  const sources: (Source | null)[] = files.map(({ file, text }) => {
    const parsed = parseSource(file, text);
    if ('source' in parsed) return parsed.source;
    problems.push(...parsed.problems);
    return null;
  });
  const [main = null, ...dropIns] = sources;
  const decoded = checkFiles(main, dropIns, problems);
  for (const { source, finding } of crossFindings(main, dropIns, use)) problems.push(place(source, finding));
  if (problems.length > 0 || decoded === null || main === null) {
    return {
      problems: inOrder(
        problems,
        files.map(({ file }) => file),
      ),
    };
  }
  const warnings = doubts(decoded).map(({ path, message }) =>
    place(main, { code: 'config-doubtful', path, onKey: false, message }),
  );
  const entries = sources.flatMap(source => (source === null ? [] : entriesOf(source)));
  const found = [listenDoubts, addressDoubts, privateNameDoubts].flatMap(doubtsIn => doubtsIn(main, entries));
  warnings.push(...found.map(({ source, finding }) => place(source, finding)));
  return { config: normalise(decoded, warnings) };
}

function checkFiles(
  main: Source | null,
  dropIns: readonly (Source | null)[],
  problems: ConfigProblem[],
): DecodedFiles | null {
  const mainFile = main === null ? null : checked(main, mainSchema, problems);
  const certificates = [];
  for (const source of dropIns) {
    const dropIn = source === null ? null : checked(source, dropInSchema, problems);
    certificates.push(...(dropIn?.certificates ?? []));
  }
  return mainFile === null
    ? null
    : { main: mainFile, certificates: [...(mainFile.certificates ?? []), ...certificates] };
}

function checked<Schema extends Parameters<typeof check>[0]>(
  source: Source,
  schema: Schema,
  problems: ConfigProblem[],
) {
  const result = check(schema, source.data);
  if ('value' in result) return result.value;
  problems.push(...result.findings.map(finding => place(source, finding)));
  return null;
}

function place(source: Source, { code, path, onKey, message }: Finding): ConfigProblem {
  return { code, file: source.file, ...source.locate(path, onKey), message };
}

function inOrder(problems: readonly ConfigProblem[], files: readonly string[]): ConfigProblem[] {
  const rank = (file: string): number => (files.includes(file) ? files.indexOf(file) : files.length);
  return [...problems].sort((a, b) => rank(a.file) - rank(b.file) || a.line - b.line || a.column - b.column);
}
