import { CertdError } from '../core/errors.ts';
import { isTaken, portHolder } from '../host/port-holder.ts';

/**
 * Whether port 80 is there for `certd-http.socket`: null, or the error `port-taken` that names who holds it, where that can
 * be known. `proc`: a directory like /proc. `isWanted`: certd is to have the port all the same.
 */
export async function portTrouble(proc: string, isWanted: boolean): Promise<CertdError | null> {
  for (const address of ['0.0.0.0', '::']) {
    const wanted = { address, port: 80 };
    if (!(await isTaken(wanted, proc))) continue;
    const holder = await portHolder(wanted, proc);
    const who = holder === null ? '' : ` (${holder})`;
    const cure = isWanted
      ? 'stop it before certd starts'
      : 'give --webroot with a directory that it serves, or stop it first; with --standalone certd init does not mind';
    return new CertdError('port-taken', `another program listens on port 80${who}: ${cure}`);
  }
  return null;
}
