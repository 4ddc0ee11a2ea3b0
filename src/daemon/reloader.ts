import type { Config } from '../config/config.ts';
import { asCertdError, type CertdError, logFields } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { problem } from '../core/status/certificate-problems.ts';
import type { Problem } from '../core/status/status-document.ts';
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

/**
 * Answers SIGHUP. `started`: what the daemon was started with. A reload that fails changes nothing but `problems`,
 * where it stays until one succeeds.
 */
export function openReloader(
  started: Config,
  loop: Pick<Loop, 'replace'>,
  { reload, inForce, log, clock, world }: Reloading,
) {
  let failure: Problem | null = null;
  // Of two that come at once the later reads the later file.
  const inTurn = openQueue();
  const failed = (error: CertdError) => {
    const { code, facts, message } = error;
    if (isRefusal(error)) {
      failure = problem('config-refused', 'warning', null, message, clock.now());
      log.error({ code: 'config-refused', cause: code, ...facts, reason: message }, 'configuration refused');
      return;
    }
    const words = `the configuration was not reloaded: ${message}`;
    failure = problem(code, 'warning', null, words, clock.now());
    log.error(logFields(error), 'reload failed');
  };
  const replaceConfig = async () => {
    await world.refresh();
    const fresh = reload();
    checkNames(fresh, world);
    loop.replace(fresh);
    failure = null;
    inForce(fresh);
    log.info({ certificates: fresh.certificates.length }, 'configuration reloaded');
    warnOfRestart(started, fresh, log);
  };
  return {
    problems: (): readonly Problem[] => (failure === null ? [] : [failure]),
    reload: (): Promise<void> =>
      inTurn(async () => {
        try {
          await replaceConfig();
        } catch (thrown) {
          const error = asCertdError(thrown);
          // certd ends: neither is in force any more.
          if (error.code !== 'stopped') failed(error);
        }
      }),
  };
}

/** Whether the configuration is what is wrong: a disk that fails says nothing against it. */
function isRefusal({ code }: CertdError): boolean {
  return code.startsWith('config-') || code === 'not-available-yet';
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
