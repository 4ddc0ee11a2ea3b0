import { asCertdError, logFields } from '../core/errors.ts';
import type { ServiceManager } from '../daemon/service-manager.ts';
import type { ManagerVariables } from '../host/manager-variables.ts';
import type { Log } from '../log.ts';

/**
 * The service manager that these variables lead to. What calls libc is only loaded where there is one. One that cannot be
 * told anything is a warning: certificates are renewed all the same.
 */
export async function openServiceManager(
  { address, watchdogMs }: ManagerVariables,
  log: Log,
): Promise<ServiceManager> {
  if (address === null) return { tell: () => {}, watchdogMs: null };
  const warn = (thrown: unknown) => log.warn(logFields(asCertdError(thrown)), 'service manager not told');
  try {
    const { openNotify } = await import('../host/notify.ts');
    return { tell: warnOnce(openNotify(address), warn), watchdogMs };
  } catch (thrown) {
    warn(thrown);
    return { tell: () => {}, watchdogMs: null };
  }
}

/** Of failures in a row the first is logged: the next ones say the same each few seconds. */
function warnOnce(send: (state: string) => void, warn: (thrown: unknown) => void): (state: string) => void {
  let failed = false;
  return state => {
    try {
      send(state);
      failed = false;
    } catch (thrown) {
      if (!failed) warn(thrown);
      failed = true;
    }
  };
}
