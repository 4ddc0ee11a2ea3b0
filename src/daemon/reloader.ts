import type { Config } from '../config/config.ts';
import { problem } from '../core/certificate-problems.ts';
import { asCertdError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import type { Problem } from '../core/status-document.ts';
import { openQueue } from '../host/queue.ts';
import type { Log } from '../log.ts';
import type { World } from '../store/world.ts';
import type { Loop } from './loop.ts';
import { checkNames } from './session.ts';

export type Reloading = {
  /** Reads the configuration again; throws with what is wrong with a bad one. */
  readonly reload: () => Config;
  /** Told of each configuration that has come into force. */
  readonly inForce: (config: Config) => void;
  readonly log: Log;
  readonly clock: Clock;
  readonly world: World;
};

/** Answers SIGHUP. `started`: what the daemon was started with. A bad configuration changes nothing but `problems`. */
export function openReloader(
  started: Config,
  loop: Pick<Loop, 'replace'>,
  { reload, inForce, log, clock, world }: Reloading,
) {
  let refused: Problem | null = null;
  // Of two that come at once the later reads the later file.
  const inTurn = openQueue();
  const refuse = (thrown: unknown) => {
    const { code, facts, message } = asCertdError(thrown);
    refused = problem('config-refused', 'warning', null, message, clock.now());
    log.error({ code: 'config-refused', cause: code, ...facts, reason: message }, 'configuration refused');
  };
  const replaceConfig = async () => {
    await world.refresh();
    const fresh = reload();
    checkNames(fresh, world);
    loop.replace(fresh);
    refused = null;
    inForce(fresh);
    log.info({ certificates: fresh.certificates.length }, 'configuration reloaded');
    warnOfRestart(started, fresh, log);
  };
  return {
    problems: (): readonly Problem[] => (refused === null ? [] : [refused]),
    reload: (): Promise<void> =>
      inTurn(async () => {
        try {
          await replaceConfig();
        } catch (thrown) {
          // certd ends: neither is in force any more.
          if (asCertdError(thrown).code !== 'stopped') refuse(thrown);
        }
      }),
  };
}

/** The health socket stays as it was opened. */
function warnOfRestart({ health: started }: Config, { health: fresh }: Config, log: Log): void {
  const keys = (['socket', 'mode', 'group'] as const)
    .filter(key => started[key] !== fresh[key])
    .map(key => `health.${key}`);
  if (keys.length === 0) return;
  const reason = `what has changed in ${keys.join(', ')} comes into force when certd is started again`;
  log.warn({ code: 'config-doubtful', reason }, 'configuration needs a restart');
}
