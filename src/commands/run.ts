import type { Config } from '../config/config.ts';
import { CertdError } from '../core/errors.ts';
import { runDaemon } from '../daemon.ts';
import { makeDirectoryFor } from '../health/listen.ts';
import { elapsed, realClock } from '../host/clock.ts';
import { takeManagerVariables } from '../host/manager-variables.ts';
import { takePassedSockets } from '../host/passed-sockets.ts';
import { realTimer } from '../host/timer.ts';
import type { Log } from '../log.ts';
import { realDisk } from '../store/disk.ts';
import { layoutAt } from '../store/layout.ts';
import { openWorld } from '../store/world.ts';
import { commandLog } from './command-log.ts';
import { configured, showProblem } from './configured.ts';
import { dropToIssuer } from './drop-to-issuer.ts';
import { effectiveUid } from './effective-uid.ts';
import { endByDefect } from './end-by-defect.ts';
import { openServiceManager } from './open-service-manager.ts';
import type { Places } from './places.ts';
import { shortLine } from './status-short.ts';

/** `certd run`: the daemon, until SIGTERM. */
export async function runCommand(places: Places & { readonly deploy: string }): Promise<number> {
  const half = halfOf(places.deploy);
  dropToIssuer(places, user => makeDirectoryFor(user, places.runtimeDir));
  const reading = { ...places, isExternal: half === 'issuer' };
  const config = configured(reading, showProblem);
  const log = await commandLog(levelOf(places, config), 'stdout');
  sayDoubts(config, log);
  const layout = layoutAt(places.stateDir);
  const manager = await openServiceManager(takeManagerVariables(process.env, process.pid), log);
  const endListening = endByDefect(log);
  try {
    await runDaemon(config, {
      half,
      disk: realDisk,
      layout,
      world: openWorld(layout),
      runtimeDir: places.runtimeDir,
      clock: realClock,
      elapsed,
      timer: realTimer,
      random: Math.random,
      log,
      uid: effectiveUid(),
      manager,
      shortLine,
      passedSockets: () => takePassedSockets(process.env, process.pid),
      reload: () => configured(reading),
      inForce: fresh => {
        log.level = levelOf(places, fresh);
        sayDoubts(fresh, log);
      },
    });
    return 0;
  } finally {
    endListening();
  }
}

function levelOf(places: Places, config: Config): string {
  return places.logLevel ?? config.logLevel;
}

function sayDoubts({ warnings }: Config, log: Log): void {
  for (const { code, file, line, message } of warnings) {
    log.warn({ code, file, line, reason: message }, 'configuration has a doubt');
  }
}

function halfOf(mode: string): 'both' | 'issuer' {
  if (mode === 'inline') return 'both';
  if (mode === 'external') return 'issuer';
  throw new CertdError('usage', `--deploy is inline or external, not ${mode}`);
}
