import type { Config, ConfigProblem } from '../config/config.ts';
import { decodeConfig } from '../config/decode.ts';
import { CertdError } from '../core/errors.ts';
import { unitsToEnable } from '../core/host/units-to-enable.ts';
import { plainText } from '../core/text/plain-text.ts';
import { type ConfigFiles, readConfigFiles } from '../host/read-config.ts';
import { layoutAt } from '../store/layout.ts';
import { exists } from '../store/replace-file.ts';
import { isSplit } from '../store/split.ts';
import { dropInLines, dropInText } from './drop-in-text.ts';
import type { Places } from './places.ts';

type Output = {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
};

export type CheckConfigOptions = Pick<Places, 'config' | 'stateDir'> & {
  readonly units?: true;
  readonly dropIn?: true;
};

/**
 * `certd check-config`: every problem and every doubt of the configuration, one line each, to
 * `err` (lines end with a newline). Where the state directory is already that of two users, those of an issuer that hands
 * deploys to the other one, too. Unless one user has all of it, the lines follow that `certd.service` needs beside its own.
 * `units`, `dropIn`: only what an installer asks for, judged as the units will. Returns the exit code: 78 when there is a
 * problem, else 0. Throws `usage`.
 */
export function checkConfig(
  { config: file, stateDir, units, dropIn }: CheckConfigOptions,
  { out, err }: Output,
  readFiles: (path: string) => ConfigFiles = readConfigFiles,
  unitDirectory = '/etc/systemd/system',
): number {
  if (units && dropIn) throw new CertdError('usage', '--units and --drop-in exclude each other');
  const { files, problems } = readFiles(file);
  const layout = layoutAt(stateDir);
  const linesAlone = units ? unitLines : dropIn ? dropInLines : null;
  const isExternal = linesAlone !== null || isSplit(layout);
  const decoded = decodeConfig(files, problems, { stateDir, isExternal });
  if ('problems' in decoded) {
    for (const problem of decoded.problems) err(`${problemLine(problem)}\n`);
    return 78;
  }
  const { certificates, warnings } = decoded.config;
  for (const warning of warnings) err(`${problemLine(warning)}\n`);
  if (linesAlone !== null) {
    out(asText(linesAlone(decoded.config)));
    return 0;
  }
  out(`${file}: ok, ${countOf(certificates)}\n`);
  if (isExternal || !exists(layout.root)) out(dropInText(decoded.config, unitDirectory));
  return 0;
}

function countOf({ length }: Config['certificates']): string {
  return `${length} ${length === 1 ? 'certificate' : 'certificates'}`;
}

function asText(lines: readonly string[]): string {
  return lines.map(line => `${line}\n`).join('');
}

function unitLines({ certificates }: Config): readonly string[] {
  return unitsToEnable(certificates);
}

/** `file:line:column: code: message`, as compilers print it and editors jump to it. */
export function problemLine({ file, line, column, code, message }: ConfigProblem): string {
  return plainText(`${file}:${line}:${column}: ${code}: ${message}`);
}
