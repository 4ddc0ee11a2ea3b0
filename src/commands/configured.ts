import type { Config } from '../config/config.ts';
import { CertdError } from '../core/errors.ts';
import { loadConfig } from '../daemon/load-config.ts';
import { problemLine } from './check-config.ts';
import type { Places } from './places.ts';

/**
 * The configuration, or an error; `show` gets every problem of a bad one first, a line each. Without it (a
 * reload) the error's message is the first of them, and its facts have them all. `isExternal`: for an issuer that hands
 * deploys to another process.
 */
export function configured(
  {
    config,
    stateDir,
    isExternal = false,
  }: Pick<Places, 'config' | 'stateDir'> & { readonly isExternal?: boolean },
  show?: (line: string) => void,
): Config {
  const loaded = loadConfig(config, { stateDir, isExternal });
  if ('config' in loaded) return loaded.config;
  const lines = loaded.problems.map(problemLine);
  const code = loaded.problems[0]?.code === 'config-unreadable' ? 'config-unreadable' : 'config-invalid';
  if (show === undefined)
    throw new CertdError(code, firstOf(lines), { facts: { problems: lines.join('; ') } });
  for (const line of lines) show(`${line}\n`);
  const count = lines.length === 1 ? 'a problem' : `${lines.length} problems`;
  throw new CertdError(code, `the configuration has ${count}; nothing was done`);
}

function firstOf([first = '', ...more]: readonly string[]): string {
  return more.length === 0 ? first : `${first} (and ${more.length} more; certd check-config shows them)`;
}

/** For commands: every problem goes to stderr, as `check-config` shows it. */
export function showProblem(line: string): void {
  process.stderr.write(line);
}
