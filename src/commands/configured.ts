import type { Config } from '../config/config.ts';
import { CertdError } from '../core/errors.ts';
import { loadConfig } from '../daemon/load-config.ts';
import { problemLine } from './check-config.ts';

/** The configuration, or an error that shows every problem of it, a line each. */
export function configured(file: string): Config {
  const loaded = loadConfig(file);
  if ('config' in loaded) return loaded.config;
  const [first] = loaded.problems;
  const lines = loaded.problems.map(problemLine).join('\n');
  throw new CertdError(first?.code === 'config-unreadable' ? first.code : 'config-invalid', `\n${lines}`);
}
