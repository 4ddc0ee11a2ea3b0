import type { Config, ConfigProblem } from '../config/config.ts';
import type { Use } from '../config/cross-check.ts';
import { decodeConfig } from '../config/decode.ts';
import { readConfigFiles } from '../host/read-config.ts';

/** Reads and decodes the configuration: whole, or every problem of it. */
export function loadConfig(
  file: string,
  use: Use,
): { config: Config } | { problems: readonly ConfigProblem[] } {
  const { files, problems } = readConfigFiles(file);
  return decodeConfig(files, problems, use);
}
