import type { Millis } from '../core/instant.ts';

type Environment = Record<string, string | undefined>;

export type ManagerVariables = {
  /** NOTIFY_SOCKET: where the service manager wants to be told; null where nobody does. */
  readonly address: string | null;
  /** WATCHDOG_USEC: a service that says nothing for so long counts as hung; null where nobody watches this process. */
  readonly watchdogMs: Millis | null;
};

/**
 * What systemd says to this very process (sd_notify(3), sd_watchdog_enabled(3)). Takes the variables out of `env`, so
 * that no child believes they are for it.
 */
export function takeManagerVariables(env: Environment, pid: number): ManagerVariables {
  const { NOTIFY_SOCKET: address, WATCHDOG_USEC: usec, WATCHDOG_PID: watched } = env;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name];
  const isOurs = watched === undefined || watched === String(pid);
  return {
    address: address === undefined || address === '' ? null : address,
    watchdogMs: isOurs ? millisOf(usec) : null,
  };
}

/** What is no number of microseconds, or less than a timer can do, is none. */
function millisOf(usec: string | undefined): Millis | null {
  if (usec === undefined || !/^[0-9]{4,15}$/.test(usec)) return null;
  return Number(usec) / 1000;
}
