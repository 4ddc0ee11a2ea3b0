import type { ConfigProblem } from '../config/config.ts';
import { decodeConfig } from '../config/decode.ts';
import { plainText } from '../core/plain-text.ts';
import { type ConfigFiles, readConfigFiles } from '../host/read-config.ts';
import { layoutAt } from '../store/layout.ts';
import { exists } from '../store/replace-file.ts';
import { isSplit } from '../store/split.ts';
import { dropInText } from './drop-in-text.ts';
import type { Places } from './places.ts';

type Output = {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
};

/**
 * `certd check-config`: every problem and every doubt of the configuration, one line each, to
 * `err` (lines end with a newline). Where the state directory is already that of two users, those of an issuer that hands
 * deploys to the other one, too. Unless one user has all of it, the lines follow that `certd.service` needs beside its own. Returns the
 * exit code: 78 when there is a problem, else 0.
 */
export function checkConfig(
  { config: file, stateDir }: Pick<Places, 'config' | 'stateDir'>,
  { out, err }: Output,
  readFiles: (path: string) => ConfigFiles = readConfigFiles,
  unitDirectory = '/etc/systemd/system',
): number {
  const { files, problems } = readFiles(file);
  const layout = layoutAt(stateDir);
  const isExternal = isSplit(layout);
  const decoded = decodeConfig(files, problems, { stateDir, isExternal });
  if ('problems' in decoded) {
    for (const problem of decoded.problems) err(`${problemLine(problem)}\n`);
    return 78;
  }
  const { certificates, warnings } = decoded.config;
  for (const warning of warnings) err(`${problemLine(warning)}\n`);
  out(`${file}: ok, ${certificates.length} ${certificates.length === 1 ? 'certificate' : 'certificates'}\n`);
  if (isExternal || !exists(layout.root)) out(dropInText(decoded.config, unitDirectory));
  return 0;
}

/** `file:line:column: code: message`, as compilers print it and editors jump to it. */
export function problemLine({ file, line, column, code, message }: ConfigProblem): string {
  return plainText(`${file}:${line}:${column}: ${code}: ${message}`);
}
