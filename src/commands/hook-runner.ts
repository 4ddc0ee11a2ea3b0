import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CertdError } from '../core/errors.ts';
import { findProgram } from '../deploy/find-program.ts';
import { hookPath } from '../deploy/hook-environment.ts';
import { type HookResult, type HookRun, runHook } from '../deploy/run-hook.ts';
import { runHookUnit } from '../deploy/run-hook-unit.ts';

/** How a deployer runs hooks: as children of its own, or as services of systemd. */
export type HookManner = 'direct' | 'systemd-run';

type SystemdPlaces = {
  /** Is there where systemd manages the host (sd_booted(3)). */
  readonly runtimeDir: string;
  readonly searchPath: string;
};

const usualPlaces: SystemdPlaces = { runtimeDir: '/run/systemd/system', searchPath: hookPath };

/** Throws `systemd-missing` where hooks were to be services and there is no systemd to run them. */
export function hookRunner(
  manner: HookManner,
  stateDir: string,
  { runtimeDir, searchPath }: SystemdPlaces = usualPlaces,
): (run: HookRun) => Promise<HookResult> {
  if (manner === 'direct') return runHook;
  if (statSync(runtimeDir, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw missing(`systemd does not manage this host: there is no ${runtimeDir}`);
  }
  for (const program of ['systemd-run', 'systemctl']) {
    const found = findProgram(program, searchPath);
    if (found.path === null) throw missing(`${program}: ${found.why} in ${searchPath}`);
  }
  return run => runHookUnit(run, resolve(stateDir));
}

function missing(why: string): CertdError {
  return new CertdError('systemd-missing', `hooks cannot be run by systemd-run: ${why}`);
}
