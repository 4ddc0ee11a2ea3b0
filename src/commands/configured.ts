import type { Config } from '../config/config.ts';
import { CertdError } from '../core/errors.ts';
import { loadConfig } from '../daemon/load-config.ts';
import { problemLine } from './check-config.ts';

/**
 * The configuration, or an error; `show` gets every problem of a bad one first, a line each. Without it (a
 * reload, whose reason is one line) they are all in the error's message.
 */
export function configured(file: string, show?: (line: string) => void): Config {
  const loaded = loadConfig(file);
  if ('config' in loaded) return loaded.config;
  const lines = loaded.problems.map(problemLine);
  const code = loaded.problems[0]?.code === 'config-unreadable' ? 'config-unreadable' : 'config-invalid';
  if (show === undefined) throw new CertdError(code, lines.join('; '));
  for (const line of lines) show(`${line}\n`);
  const count = lines.length === 1 ? 'a problem' : `${lines.length} problems`;
  throw new CertdError(code, `the configuration has ${count}; nothing was done`);
}

/** For commands: every problem goes to stderr, as `check-config` shows it. */
export function showProblem(line: string): void {
  process.stderr.write(line);
}
