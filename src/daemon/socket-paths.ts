import { join } from 'node:path';
import type { Config } from '../config/config.ts';

/** Where the health socket is: where the configuration says, else in the runtime directory. */
export function healthSocket(config: Pick<Config, 'health'>, runtimeDir: string): string {
  return config.health.socket ?? defaultHealthSocket(runtimeDir);
}

export function defaultHealthSocket(runtimeDir: string): string {
  return join(runtimeDir, 'health.sock');
}

export function controlSocket(runtimeDir: string): string {
  return join(runtimeDir, 'control.sock');
}
